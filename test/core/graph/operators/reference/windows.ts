/** Convolution and pooling of the reference: plain loops over positions and taps. */
import type { Node } from '../../../../../core/graph/model.ts'
import { fill, type Array64 } from './array.ts'
import { int, ints, text, type Operator } from './operator.ts'

/** One spatial axis: where windows start, relative to the input, and the padded end. */
interface Axis {
  starts: number[]
  step: number
  taps: number
  /** Input coordinates at which padding begins and ends. */
  first: number
  end: number
}

function axisOf(node: Node, which: 0 | 1, input: number, taps: number): Axis {
  const stride = ints(node, 'strides')?.[which] ?? 1
  const step = ints(node, 'dilations')?.[which] ?? 1
  const span = (taps - 1) * step + 1
  const mode = text(node, 'auto_pad', 'NOTSET')
  let before = ints(node, 'pads')?.[which] ?? 0
  let after = ints(node, 'pads')?.[which + 2] ?? 0
  if (mode === 'VALID') before = after = 0
  if (mode.startsWith('SAME')) {
    const missing = Math.max(0, (Math.ceil(input / stride) - 1) * stride + span - input)
    before = mode === 'SAME_UPPER' ? Math.floor(missing / 2) : Math.ceil(missing / 2)
    after = missing - before
  }
  const ceil = int(node, 'ceil_mode', 0) === 1
  const starts: number[] = []
  for (let start = -before; ; start += stride) {
    const fits = start + span <= input + after
    // With ceil_mode one more window may stick out, if it starts inside the input or the leading padding.
    const sticksOut = ceil && start < input && start + span - stride < input + after
    if (!fits && !sticksOut) break
    starts.push(start)
  }
  return { starts, step, taps, first: -before, end: input + after }
}

const axes = (node: Node, x: Array64, kernel: readonly number[]): [Axis, Axis] => [
  axisOf(node, 0, x.shape[2]!, kernel[0]!),
  axisOf(node, 1, x.shape[3]!, kernel[1]!),
]

/** Calls `see` for every tap of the window at output position (p, q); `inside` is false in the padding. */
function taps(
  [rows, columns]: [Axis, Axis],
  x: Array64,
  p: number,
  q: number,
  see: (row: number, column: number, inside: boolean) => void,
): void {
  for (let i = 0; i < rows.taps; i++)
    for (let j = 0; j < columns.taps; j++) {
      const row = rows.starts[p]! + i * rows.step
      const column = columns.starts[q]! + j * columns.step
      const inside = row >= 0 && row < x.shape[2]! && column >= 0 && column < x.shape[3]!
      see(row, column, inside)
    }
}

const cell = (x: Array64, n: number, c: number, row: number, column: number): number =>
  x.data[((n * x.shape[1]! + c) * x.shape[2]! + row) * x.shape[3]! + column]!

const conv: Operator = ([x, weight, bias], node) => {
  const groups = int(node, 'group', 1)
  const [k, perGroup, kh, kw] = weight!.shape as [number, number, number, number]
  const [n, channels, height, width] = x!.shape as [number, number, number, number]
  const [rows, columns] = axes(node, x!, [kh, kw])
  return fill([n, k, rows.starts.length, columns.starts.length], ([image, out, p, q]) => {
    const group = Math.floor(out! / (k / groups))
    let sum = bias?.data[out!] ?? 0
    for (let i = 0; i < kh; i++) {
      const row = rows.starts[p!]! + i * rows.step
      if (row < 0 || row >= height) continue
      for (let j = 0; j < kw; j++) {
        const column = columns.starts[q!]! + j * columns.step
        if (column < 0 || column >= width) continue
        for (let c = 0; c < perGroup; c++) {
          const from = ((image! * channels + group * perGroup + c) * height + row) * width + column
          sum += weight!.data[((out! * perGroup + c) * kh + i) * kw + j]! * x!.data[from]!
        }
      }
    }
    return sum
  })
}

function pool(node: Node, x: Array64, reduce: (values: number[], cells: number) => number): Array64 {
  const kernel = ints(node, 'kernel_shape') as number[]
  const window = axes(node, x, kernel)
  const [rows, columns] = window
  return fill([x.shape[0]!, x.shape[1]!, rows.starts.length, columns.starts.length], ([n, c, p, q]) => {
    const values: number[] = []
    let padded = 0
    taps(window, x, p!, q!, (row, column, inside) => {
      if (inside) values.push(cell(x, n!, c!, row, column))
      if (row < rows.end && column < columns.end) padded++
    })
    return reduce(values, padded)
  })
}

export const windows: Record<string, Operator> = {
  Conv: conv,
  MaxPool: ([x], node) => pool(node, x!, values => Math.max(...values)),
  // PyTorch's rule: padding counts only if asked, and what a last window covers beyond it never does.
  AveragePool: ([x], node) =>
    pool(
      node,
      x!,
      (values, padded) =>
        values.reduce((a, b) => a + b, 0) / (int(node, 'count_include_pad', 0) ? padded : values.length),
    ),
  GlobalAveragePool: ([x]) => {
    const [n, c, ...rest] = x!.shape as [number, number, ...number[]]
    const cells = rest.reduce((a, b) => a * b, 1)
    return fill([n, c, ...rest.map(() => 1)], ([i, j]) => {
      const from = (i! * c + j!) * cells
      return x!.data.subarray(from, from + cells).reduce((a, b) => a + b, 0) / cells
    })
  },
}
