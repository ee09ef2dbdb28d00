/**
 * Convolutions as one matrix product over all positions of the batch, for maps that are smaller than their weights. The
 * patches [N·P·Q, C·kh·kw] are used by the forward pass and the weight gradient, and weights are never reordered.
 */
import { elements } from '../tensor.ts'
import { add, matmul, reshape, transpose, type Writer } from '../writer.ts'
import { overhang, type Window } from '../shape/window.ts'
import { patches, type Convolution } from './plain.ts'

/** [N, K, P, Q] → [N·P·Q, K] */
function rowsOf(w: Writer, x: string): string {
  const [n, k, height, width] = w.shape(x) as [number, number, number, number]
  const positions = height * width
  return reshape(w, transpose(w, reshape(w, x, [n, k, positions]), [0, 2, 1]), [n * positions, k])
}

/** [N·P·Q, K] → [N, K, P·Q] */
function mapsOf(w: Writer, rows: string, n: number): string {
  const [all, k] = w.shape(rows) as [number, number]
  return transpose(w, reshape(w, rows, [n, all / n, k]), [0, 2, 1])
}

/** [N·P·Q, C·kh·kw] */
function patchRows(w: Writer, x: string, window: Window): string {
  const taken = patches(w, x, window)
  return rowsOf(w, reshape(w, taken, [...w.shape(taken).slice(0, 2), ...window.output]))
}

const flatWeight = (w: Writer, weight: string): string => {
  const [k, ...rest] = w.shape(weight) as [number, ...number[]]
  return reshape(w, weight, [k, elements(rest)])
}

/** Whether the input gradient can be folded back: Col2Im needs non-negative padding that the windows reach. */
export function canProduct({ groups, window }: Convolution): boolean {
  return groups === 1 && overhang(window).every(pad => pad >= 0 || elements(window.kernel) === 1)
}

/** y [N, K, P, Q] */
export function forward(w: Writer, { x, weight, bias, window }: Convolution): string {
  const n = w.shape(x)[0] as number
  const rows = matmul(w, patchRows(w, x, window), flatWeight(w, weight), { transB: true })
  const biased = bias === '' ? rows : add(w, rows, bias)
  return reshape(w, mapsOf(w, biased, n), [n, w.shape(weight)[0] as number, ...window.output])
}

/** dL/dx [N, C, H, W]: the product spreads the gradient over the taps, and Col2Im sums the taps. */
export function inputGradient(w: Writer, { x, weight, window }: Convolution, gradient: string): string {
  const [n, channels, height, width] = w.shape(x) as [number, number, number, number]
  const spread = mapsOf(w, matmul(w, rowsOf(w, gradient), flatWeight(w, weight)), n)
  const end = overhang(window)
  const pads = [window.pads[0], window.pads[1], Math.max(0, end[0]), Math.max(0, end[1])]
  const attributes = { dilations: [...window.dilation], strides: [...window.stride], pads }
  return w.emit(
    'Col2Im',
    [spread, w.ints([height, width]), w.ints([...window.kernel])],
    [n, channels, height, width],
    attributes,
  )
}

/** dL/dweight [K, C, kh, kw] */
export function weightGradient(w: Writer, { x, weight, window }: Convolution, gradient: string): string {
  const product = matmul(w, rowsOf(w, gradient), patchRows(w, x, window), { transA: true })
  return reshape(w, product, w.shape(weight))
}
