/** Convolution gradients in standard operators, for every device, group count, stride and dilation. */
import { elements } from '../tensor.ts'
import { matmul, reduce, reshape, transpose, type Writer } from '../writer.ts'
import { overhang, windowAttributes, type Window } from '../shape/window.ts'

/** A convolution to lower: x [N, C, H, W], weight [K, C/groups, kh, kw], output [N, K, P, Q]. */
export interface Convolution {
  x: string
  weight: string
  /** [K], or '' */
  bias: string
  groups: number
  window: Window
}

/** y [N, K, P, Q] */
export function forward(w: Writer, { x, weight, bias, groups, window }: Convolution): string {
  const shape = [w.shape(x)[0] as number, w.shape(weight)[0] as number, ...window.output]
  const inputs = bias === '' ? [x, weight] : [x, weight, bias]
  return w.emit('Conv', inputs, shape, { ...windowAttributes(window), group: groups })
}

/** The weight with its kernel rotated by 180°: one Gather over the flattened taps. */
function flipped(w: Writer, weight: string): string {
  const [k, c, height, width] = w.shape(weight) as [number, number, number, number]
  const taps = height * width
  if (taps === 1) return weight
  const flat = reshape(w, weight, [k, c, taps])
  const order = w.ints(Array.from({ length: taps }, (_, i) => taps - 1 - i))
  return reshape(w, w.emit('Gather', [flat, order], [k, c, taps], { axis: 2 }), [k, c, height, width])
}

/** dL/dx as a convolution with the flipped kernel if stride is 1, else as a transposed convolution. */
export function inputGradient(
  w: Writer,
  { x, weight, groups, window }: Convolution,
  gradient: string,
): string {
  const [n, channels] = w.shape(x) as [number, number]
  const [k, perGroup] = w.shape(weight) as [number, number]
  const to = [n, channels, ...window.input]
  const { kernel, stride, dilation, pads } = window
  const end = overhang(window)
  const back = [0, 1].map(i => ((kernel[i] as number) - 1) * (dilation[i] as number) - (pads[i] as number))
  const backEnd = [0, 1].map(i => ((kernel[i] as number) - 1) * (dilation[i] as number) - (end[i] as number))
  const depthwise = groups === channels && k === channels
  const asConvolution = stride[0] === 1 && stride[1] === 1 && [...back, ...backEnd].every(pad => pad >= 0)
  if (asConvolution && (groups === 1 || depthwise)) {
    const turned = flipped(w, weight)
    const kernels = depthwise ? turned : transpose(w, turned, [1, 0, 2, 3])
    const attributes = {
      kernel_shape: [...kernel],
      strides: [1, 1],
      dilations: [...dilation],
      pads: [...back, ...backEnd],
      group: groups,
    }
    return w.emit('Conv', [gradient, kernels], to, attributes)
  }
  // If the last window ends before the input does, output_padding makes up the difference.
  const attributes = {
    kernel_shape: [...kernel],
    strides: [...stride],
    dilations: [...dilation],
    pads: [pads[0], pads[1], ...end.map(pad => Math.max(0, pad))],
    output_padding: end.map(pad => Math.max(0, -pad)),
    group: groups,
  }
  void perGroup
  return w.emit('ConvTranspose', [gradient, weight], to, attributes)
}

/** Input cells up to which patches are taken by a product: 2×2 maps took 0.2 ms instead of 12. */
const smallestPatched = 16

/** [H·W, kh·kw·P·Q]: 1 if a tap at a position reads a cell. */
function selection(w: Writer, window: Window): string {
  const { kernel, stride, dilation, pads, input, output } = window
  const positions = elements(output)
  const columns = elements(kernel) * positions
  const matrix = new Float32Array(elements(input) * columns)
  for (let tap = 0; tap < elements(kernel); tap++)
    for (let position = 0; position < positions; position++) {
      const row =
        Math.floor(position / output[1]) * stride[0] + Math.floor(tap / kernel[1]) * dilation[0] - pads[0]
      const column = (position % output[1]) * stride[1] + (tap % kernel[1]) * dilation[1] - pads[1]
      const inside = row >= 0 && row < input[0] && column >= 0 && column < input[1]
      if (inside) matrix[(row * input[1] + column) * columns + tap * positions + position] = 1
    }
  return w.constant(matrix, [elements(input), columns], `selection ${JSON.stringify(window)}`)
}

/**
 * Patches of x: [N, C·kh·kw, P·Q], tap fastest within a channel. A depthwise convolution with one-hot kernels is the
 * cheapest way to extract them from all but the smallest maps (slicing out the taps one by one was several times slower).
 */
export function patches(w: Writer, x: string, window: Window): string {
  const [n, channels] = w.shape(x) as [number, number]
  const taps = window.kernel[0] * window.kernel[1]
  const positions = elements(window.output)
  const { stride, pads } = window
  if (taps === 1 && stride[0] === 1 && stride[1] === 1 && pads.every(pad => pad === 0))
    return reshape(w, x, [n, channels, positions])
  if (elements(window.input) <= smallestPatched) {
    const cells = reshape(w, x, [n * channels, elements(window.input)])
    return reshape(w, matmul(w, cells, selection(w, window)), [n, channels * taps, positions])
  }
  const kernels = new Float32Array(taps * channels * taps)
  for (let row = 0; row < taps * channels; row++) kernels[row * taps + (row % taps)] = 1
  const oneHot = w.constant(kernels, [taps * channels, 1, ...window.kernel], 'one-hot taps')
  const taken = w.emit(
    'Conv',
    [x, oneHot],
    [n, taps * channels, ...window.output],
    { ...windowAttributes(window), group: channels },
    'Patches',
  )
  return reshape(w, taken, [n, taps * channels, positions])
}

/** dL/dweight [K, C/groups, kh, kw] as a product of the output gradient with the patches. */
export function weightGradient(
  w: Writer,
  { x, weight, groups, window }: Convolution,
  gradient: string,
): string {
  const shape = w.shape(weight)
  const [k, perGroup] = shape as [number, number]
  const n = w.shape(x)[0] as number
  const taps = window.kernel[0] * window.kernel[1]
  const positions = elements(window.output)
  const taken = patches(w, x, window)
  if (groups > 1) {
    const rows = reshape(w, gradient, [n, groups, k / groups, positions])
    const columns = reshape(w, taken, [n, groups, perGroup * taps, positions])
    return reshape(w, reduce(w, 'ReduceSum', matmul(w, rows, columns, { transB: true }), [0], false), shape)
  }
  const rows = reshape(w, gradient, [n, k, positions])
  if (positions < k) {
    // Few positions and many channels: with one product per image, the sum over [N, K, C·kh·kw] would dominate the cost.
    const tall = reshape(w, transpose(w, rows, [0, 2, 1]), [n * positions, k])
    const wide = reshape(w, transpose(w, taken, [0, 2, 1]), [n * positions, perGroup * taps])
    return reshape(w, matmul(w, tall, wide, { transA: true }), shape)
  }
  return reshape(w, reduce(w, 'ReduceSum', matmul(w, rows, taken, { transB: true }), [0], false), shape)
}
