/** Shapes of convolutions and of everything else that slides a window. */
import type { Dim, Node } from '../model.ts'
import { intAttribute, intsAttribute, stringAttribute } from '../node.ts'
import { ceilDiv } from './dim.ts'
import type { Fact, Rule } from './fact.ts'
import { fact, typeOf, unknownDims } from './fact.ts'

/** A window along each spatial axis. */
interface Window {
  kernel: Dim[]
  strides: number[]
  dilations: number[]
  /** Before and after, by axis. */
  pads: [number, number][]
  autoPad: string
  ceil: boolean
}

function windowOf(node: Node, kernel: Dim[]): Window {
  const rank = kernel.length
  const list = (key: string): number[] => {
    const given = intsAttribute(node, key)
    return Array.from({ length: rank }, (_, i) => given?.[i] ?? 1)
  }
  const pads = intsAttribute(node, 'pads')
  return {
    kernel,
    strides: list('strides'),
    dilations: list('dilations'),
    pads: Array.from({ length: rank }, (_, i) => [pads?.[i] ?? 0, pads?.[i + rank] ?? 0]),
    autoPad: stringAttribute(node, 'auto_pad', 'NOTSET'),
    ceil: intAttribute(node, 'ceil_mode', 0) !== 0,
  }
}

/** Positions of a window along one axis: ⌊(size + pads − extent) / stride⌋ + 1, or as `auto_pad` says. */
function positions(window: Window, axis: number, size: Dim, pooling: boolean): Dim {
  const stride = window.strides[axis]!
  const kernel = window.kernel[axis]!
  if (stride < 1) return null
  if (window.autoPad.startsWith('SAME')) return ceilDiv(size, stride)
  if (typeof kernel !== 'number') return null
  const extent = (kernel - 1) * window.dilations[axis]! + 1
  const [before, after] = window.autoPad === 'VALID' ? [0, 0] : window.pads[axis]!
  const total = before + after - extent
  if (typeof size === 'number') {
    const steps = (size + total) / stride
    if (!window.ceil) return Math.floor(steps) + 1
    const count = Math.ceil(steps) + 1
    // A last window that starts in the padding after the image is left out.
    return pooling && (count - 1) * stride >= size + before ? count - 1 : count
  }
  // size − 1 in the numerator makes it ⌈size / stride⌉, the usual "same" padding.
  if (total === -1 && !window.ceil) return ceilDiv(size, stride)
  // The patch embedding: a window that just fits, as large as the stride.
  return null
}

const spatialOf = (input: Fact | undefined): Dim[] | undefined => input?.shape?.slice(2)

const conv: Rule = call => {
  const { node, inputs } = call
  const image = spatialOf(inputs[0])
  const weight = inputs[1]?.shape
  if (!image || !weight) return [fact(typeOf(call))]
  const kernel = intsAttribute(node, 'kernel_shape') ?? weight.slice(2)
  const window = windowOf(node, kernel)
  const map = image.map((size, axis) => positions(window, axis, size, false))
  return [fact(typeOf(call), [inputs[0]!.shape![0]!, weight[0]!, ...map])]
}

const convTranspose: Rule = call => {
  const { node, inputs } = call
  const image = spatialOf(inputs[0])
  const weight = inputs[1]?.shape
  if (!image || !weight) return [fact(typeOf(call))]
  const window = windowOf(node, intsAttribute(node, 'kernel_shape') ?? weight.slice(2))
  const extra = intsAttribute(node, 'output_padding')
  const asked = intsAttribute(node, 'output_shape')
  const map = image.map((size, axis): Dim => {
    if (asked) return asked[axis] ?? null
    const kernel = window.kernel[axis]!
    if (typeof size !== 'number' || typeof kernel !== 'number') return null
    const stride = window.strides[axis]!
    if (window.autoPad.startsWith('SAME')) return size * stride
    const [before, after] = window.autoPad === 'VALID' ? [0, 0] : window.pads[axis]!
    return (
      stride * (size - 1) + (extra?.[axis] ?? 0) + (kernel - 1) * window.dilations[axis]! + 1 - before - after
    )
  })
  const perGroup = weight[1] ?? null
  const channels = typeof perGroup === 'number' ? perGroup * intAttribute(node, 'group', 1) : null
  return [fact(typeOf(call), [inputs[0]!.shape![0]!, channels, ...map])]
}

const pool: Rule = call => {
  const { node, inputs } = call
  const shape = inputs[0]?.shape
  const kernel = intsAttribute(node, 'kernel_shape')
  if (!shape || !kernel) return [fact(typeOf(call))]
  const window = windowOf(node, kernel)
  const map = shape.slice(2).map((size, axis) => positions(window, axis, size, true))
  const pooled = [...shape.slice(0, 2), ...map]
  return [fact(typeOf(call), pooled), fact('int64', pooled)]
}

const globalPool: Rule = call => {
  const shape = call.inputs[0]?.shape
  return [
    fact(
      typeOf(call),
      shape?.map((dim, i) => (i < 2 ? dim : 1)),
    ),
  ]
}

/** Padding by numbers on both sides of each axis. */
const pad: Rule = call => {
  const { node, inputs } = call
  const shape = inputs[0]?.shape
  if (!shape) return [fact(typeOf(call))]
  const pads = intsAttribute(node, 'pads') ?? inputs[1]?.value
  if (!pads) return [fact(typeOf(call), unknownDims(shape.length))]
  const axes = inputs[3]?.value ?? shape.map((_, i) => i)
  const padded = [...shape]
  axes.forEach((axis, i) => {
    if (typeof axis !== 'number') return padded.fill(null)
    const at = axis < 0 ? axis + shape.length : axis
    const before = pads[i] ?? null
    const after = pads[i + axes.length] ?? null
    const size = padded[at] ?? null
    if (before === 0 && after === 0) return padded
    const known = typeof size === 'number' && typeof before === 'number' && typeof after === 'number'
    padded[at] = known ? size + before + after : null
    return padded
  })
  return [fact(typeOf(call), padded)]
}

export const convolution: [string, Rule][] = [
  ['Conv', conv],
  ['com.microsoft:FusedConv', conv],
  ['ConvTranspose', convTranspose],
  ['MaxPool', pool],
  ['AveragePool', pool],
  ['LpPool', pool],
  ['GlobalAveragePool', globalPool],
  ['GlobalMaxPool', globalPool],
  ['GlobalLpPool', globalPool],
  ['Pad', pad],
]
