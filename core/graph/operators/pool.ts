/** Pooling: the largest or the mean value under a window, or over the whole map. */
import { fail } from '../../base/error.ts'
import { type Context, defineOutput, giveGradient, inputsOf } from '../gradient/context.ts'
import type { Node } from '../model.ts'
import { intAttribute, intsAttribute } from '../node.ts'
import { fact } from '../shape/fact.ts'
import { overhang, positions, type Window, windowAttributes, windowAxes, windowOf } from '../shape/window.ts'
import { elements } from '../tensor.ts'
import { expand, mul, reshape } from '../writer.ts'
import { type Operator, typeOf } from './operator.ts'
import { reduction } from './reduce.ts'

/** Also the positions of the maxima. */
const windowed: Pick<Operator<number[] | undefined>, 'attributes' | 'shape'> = {
  attributes: node => intsAttribute(node, 'kernel_shape'),
  shape(call) {
    const shape = call.inputs[0]?.shape
    if (!shape || !call.attributes) return [fact(typeOf(call))]
    const axes = windowAxes(call.node, call.attributes)
    const map = shape.slice(2).map((size, i) => (axes[i] ? positions(axes[i], size) : null))
    const pooled = [...shape.slice(0, 2), ...map]
    return [fact(typeOf(call), pooled), fact('int64', pooled)]
  },
}

const needed = (kernel: number[] | undefined, node: Node): number[] =>
  kernel ?? fail('bad-model', `${node.op} node "${node.name}" has no kernel_shape`)

/** Pads that give the window's output size exactly, without ceil_mode. */
function exactPads(window: Window): [number, number, number, number] {
  const [bottom, right] = overhang(window)
  return [window.pads[0], window.pads[1], Math.max(0, bottom), Math.max(0, right)]
}

/** The gradient goes to the position of the maximum; overlapping windows add up. */
const maxPool: Operator<number[] | undefined> = {
  names: ['MaxPool'],
  ...windowed,
  gradient(context, node, kernel) {
    const w = context.writer
    const [x] = inputsOf(context, node) as [string]
    const shape = w.shape(x)
    const window = windowOf(node, shape, needed(kernel, node))
    const to = [...shape.slice(0, 2), ...window.output]
    const attributes = { ...windowAttributes({ ...window, pads: exactPads(window) }) }
    const [y, indices] = w.emitMany('MaxPool', [x], [to, to], attributes) as [string, string]
    defineOutput(context, node, y)
    return ([gradient]) => {
      if (gradient === undefined) return
      giveGradient(context, node, 0, () => {
        const size = elements(shape)
        const zeros = expand(w, w.constant([0], [1]), [size])
        const flat = reshape(w, indices, [elements(to)])
        const added = w.emit('ScatterElements', [zeros, flat, reshape(w, gradient, [elements(to)])], [size], {
          axis: 0,
          reduction: 'add',
        })
        return reshape(w, added, shape)
      })
    }
  },
}

/** 1 / (number of input cells under each window), [1, 1, P, Q], or one number if it is the same everywhere. */
function windowShare({ writer: w }: Context, window: Window, includePadding: boolean): string {
  const [rows, columns] = [0, 1].map(i => {
    const last = (window.input[i] as number) + (window.pads[i] as number)
    return Array.from({ length: window.output[i] as number }, (_, position) => {
      const start = position * (window.stride[i] as number)
      // As PyTorch: the window is cut at the padded end, and padding counts only if asked.
      const end = Math.min(start + (window.kernel[i] as number), last + (window.pads[i + 2] as number))
      return includePadding ? end - start : Math.min(end, last) - Math.max(start, window.pads[i] as number)
    })
  }) as [number[], number[]]
  const shares = rows.flatMap(row => columns.map(column => 1 / (row * column)))
  return shares.every(share => share === shares[0])
    ? w.scalar(shares[0] as number)
    : w.constant(shares, [1, 1, ...window.output])
}

/** Written as a depthwise sum over the window times 1/count; its gradient is the transposed sum. */
const averagePool: Operator<number[] | undefined> = {
  names: ['AveragePool'],
  ...windowed,
  gradient(context, node, kernel) {
    const w = context.writer
    const [x] = inputsOf(context, node) as [string]
    const shape = w.shape(x)
    const channels = shape[1] as number
    const window = windowOf(node, shape, needed(kernel, node))
    if (window.dilation.some(step => step !== 1))
      fail('unsupported', `AveragePool node "${node.name}" is dilated; training does not support that`)
    const share = windowShare(context, window, intAttribute(node, 'count_include_pad', 0) === 1)
    const ones = w.constant(
      new Float32Array(channels * elements(window.kernel)).fill(1),
      [channels, 1, ...window.kernel],
      'ones',
    )
    const attributes = { ...windowAttributes({ ...window, pads: exactPads(window) }), group: channels }
    const sum = w.emit('Conv', [x, ones], [...shape.slice(0, 2), ...window.output], attributes)
    defineOutput(context, node, mul(w, sum, share))
    return ([gradient]) => {
      if (gradient === undefined) return
      giveGradient(context, node, 0, () => {
        const padding = overhang(window).map(pad => Math.max(0, -pad))
        const spread = { ...attributes, output_padding: padding }
        return w.emit('ConvTranspose', [mul(w, gradient, share), ones], shape, spread)
      })
    }
  },
}

const lpPool: Operator<number[] | undefined> = { names: ['LpPool'], ...windowed }

/** [N, C, 1, …]: one value per channel. */
const whole: Pick<Operator, 'shape'> = {
  shape(call) {
    const shape = call.inputs[0]?.shape?.map((dim, i) => (i < 2 ? dim : 1))
    return [fact(typeOf(call), shape)]
  },
}

const globalAveragePool: Operator = {
  names: ['GlobalAveragePool'],
  ...whole,
  gradient: reduction('ReduceMean', (_context, _node, rank) => ({
    axes: Array.from({ length: rank - 2 }, (_, i) => i + 2),
    keep: true,
  })),
}

export const pool: readonly Operator[] = [
  maxPool,
  averagePool,
  lpPool,
  globalAveragePool,
  { names: ['GlobalMaxPool', 'GlobalLpPool'], ...whole },
]
