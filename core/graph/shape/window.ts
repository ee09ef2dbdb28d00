/** The geometry of sliding windows: sizes, strides, padding and positions, from a node's attributes. */
import { fail } from '../../base/error.ts'
import type { Dim, Node } from '../model.ts'
import { intAttribute, intsAttribute, stringAttribute } from '../node.ts'
import { ceilDiv } from './dim.ts'

/** A window along one axis. */
export interface WindowAxis {
  kernel: Dim
  stride: number
  dilation: number
  before: number
  after: number
  autoPad: string
  /** Also count a last window that the map does not fill. */
  ceil: boolean
}

/** The window of a node along every spatial axis. */
export function windowAxes(node: Node, kernel: readonly Dim[]): WindowAxis[] {
  const strides = intsAttribute(node, 'strides')
  const dilations = intsAttribute(node, 'dilations')
  const pads = intsAttribute(node, 'pads')
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET')
  const ceil = intAttribute(node, 'ceil_mode', 0) !== 0
  return kernel.map((size, i) => ({
    kernel: size,
    stride: strides?.[i] ?? 1,
    dilation: dilations?.[i] ?? 1,
    before: autoPad === 'VALID' ? 0 : (pads?.[i] ?? 0),
    after: autoPad === 'VALID' ? 0 : (pads?.[i + kernel.length] ?? 0),
    autoPad,
    ceil,
  }))
}

const isSame = (axis: WindowAxis): boolean => axis.autoPad.startsWith('SAME')

/** Cells from a window's first to its last tap. */
const reach = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1

/**
 * Positions of a window over `size` cells: ⌊(size + padding − reach) / stride⌋ + 1, or as `auto_pad` and `ceil_mode`
 * say.
 */
export function positions(axis: WindowAxis, size: Dim): Dim {
  const { kernel, stride, before, after } = axis
  if (stride < 1) return null
  if (isSame(axis)) return ceilDiv(size, stride)
  if (typeof kernel !== 'number') return null
  const room = before + after - reach(kernel, axis.dilation)
  if (typeof size === 'number') {
    const steps = (size + room) / stride
    if (!axis.ceil) return Math.floor(steps) + 1
    const count = Math.ceil(steps) + 1
    // A last window that starts in the padding after the image is left out (as in PyTorch).
    return (count - 1) * stride >= size + before ? count - 1 : count
  }
  // size − 1 in the numerator makes it ⌈size / stride⌉, the usual "same" padding.
  if (room === -1 && !axis.ceil) return ceilDiv(size, stride)
  // The patch embedding: a window that just fits, as large as the stride.
  return null
}

/** Cells that a transposed window produces from `size` positions, plus `extra` at the end. */
export function spread(axis: WindowAxis, size: Dim, extra: number): Dim {
  const { kernel, stride } = axis
  if (typeof size !== 'number' || typeof kernel !== 'number') return null
  if (isSame(axis)) return size * stride
  return stride * (size - 1) + extra + reach(kernel, axis.dilation) - axis.before - axis.after
}

/** Padding before and after, with `auto_pad` resolved. */
function padding(axis: WindowAxis, size: number, count: number): [before: number, after: number] {
  if (!isSame(axis)) return [axis.before, axis.after]
  const total = Math.max(0, (count - 1) * axis.stride + reach(axis.kernel as number, axis.dilation) - size)
  const small = Math.floor(total / 2)
  return axis.autoPad === 'SAME_UPPER' ? [small, total - small] : [total - small, small]
}

/** A sliding window over [N, C, H, W] input; pads are [top, left, bottom, right] and may exceed the window's reach. */
export interface Window {
  kernel: [number, number]
  stride: [number, number]
  dilation: [number, number]
  pads: [number, number, number, number]
  input: [number, number]
  output: [number, number]
}

/** The window of a Conv or pooling node over a map of known size; rejects windows that are not two-dimensional. */
export function windowOf(node: Node, input: readonly number[], kernel: readonly number[]): Window {
  if (input.length !== 4 || kernel.length !== 2)
    fail(
      'unsupported',
      `${node.op} node "${node.name}" is not two-dimensional; training supports [N, C, H, W] only`,
    )
  const size = input.slice(2) as [number, number]
  const axes = windowAxes(node, kernel) as [WindowAxis, WindowAxis]
  const output = axes.map((axis, i) => positions(axis, size[i]!))
  if (!output.every(count => typeof count === 'number' && count >= 1))
    fail(
      'usage',
      `${node.op} node "${node.name}" has no output for a map of ${size.join('×')}: use larger images`,
    )
  const [down, across] = output as [number, number]
  const [top, bottom] = padding(axes[0], size[0], down)
  const [left, right] = padding(axes[1], size[1], across)
  return {
    kernel: [kernel[0]!, kernel[1]!],
    stride: [axes[0].stride, axes[1].stride],
    dilation: [axes[0].dilation, axes[1].dilation],
    pads: [top, left, bottom, right],
    input: size,
    output: [down, across],
  }
}

/** Attributes of an ONNX node for a window. */
export function windowAttributes(window: Window): Record<string, number[]> {
  const { kernel, stride, dilation, pads } = window
  return { kernel_shape: [...kernel], strides: [...stride], dilations: [...dilation], pads: [...pads] }
}

/**
 * Rows or columns covered by a window's positions after the leading padding, minus the input's own: the padding at the
 * end (negative: rows left out).
 */
export function overhang(window: Window): [number, number] {
  return [0, 1].map(i => {
    const covered =
      (window.output[i]! - 1) * window.stride[i]! + reach(window.kernel[i]!, window.dilation[i]!)
    return covered - window.pads[i]! - window.input[i]!
  }) as [number, number]
}
