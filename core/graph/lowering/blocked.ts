/**
 * Convolutions in ONNX Runtime's blocked layout ([N, C/b, H, W, b] in memory), the operators its CPU optimizer puts into
 * inference graphs. They also train, with weights that the graph computes, at up to one and a half times the rate of its
 * matrix product. See docs/adr/0002-blocked-convolutions.md.
 */
import { elements } from '../tensor.ts'
import { reshape, transpose, type Writer } from '../writer.ts'
import { overhang, type Window } from '../shape/window.ts'
import type { Convolution } from './plain.ts'

const domain = 'com.microsoft.nchwc:'

const attributesOf = (
  kernel: readonly number[],
  stride: readonly number[],
  dilation: readonly number[],
  pads: readonly number[],
) => ({
  kernel_shape: [...kernel],
  strides: [...stride],
  dilations: [...dilation],
  pads: [...pads],
})

/** NCHW → blocked; channels must be a multiple of the block. */
const toBlocked = (w: Writer, x: string): string => w.emit(`${domain}ReorderInput`, [x], w.shape(x))

/** Blocked → NCHW. */
const fromBlocked = (w: Writer, x: string): string =>
  w.emit(`${domain}ReorderOutput`, [x], w.shape(x), { channels: w.shape(x)[1] as number })

/** Weight [K, C, kh, kw] → [K/b, C/b, kh, kw, b(C), b(K)], still called [K, C, kh, kw]. */
function blockedWeight(w: Writer, weight: string, block: number): string {
  const [k, c, height, width] = w.shape(weight) as [number, number, number, number]
  const split = reshape(w, weight, [k / block, block, c / block, block, height * width])
  return reshape(w, transpose(w, split, [0, 2, 4, 3, 1]), [k, c, height, width])
}

/**
 * Weight [K, C, kh, kw] of a first layer (C below the block) or of one kernel per channel (C = 1) → [K/b, C, kh, kw,
 * b(K)].
 */
function blockedFirstWeight(w: Writer, weight: string, block: number): string {
  const [k, c, height, width] = w.shape(weight) as [number, number, number, number]
  const split = reshape(w, weight, [k / block, block, c * height * width])
  return reshape(w, transpose(w, split, [0, 2, 1]), [k, c, height, width])
}

/** One kernel per channel, channels in whole blocks. */
function isDepthwise(w: Writer, { x, weight, groups }: Convolution, block: number): boolean {
  const channels = w.shape(x)[1] as number
  const k = w.shape(weight)[0] as number
  return block > 1 && groups === channels && k === channels && channels % block === 0
}

/** Whether the forward pass can use the blocked layout. */
export function canForward(w: Writer, convolution: Convolution, block: number): boolean {
  const { x, weight, groups } = convolution
  const channels = w.shape(x)[1] as number
  const k = w.shape(weight)[0] as number
  const dense = block > 1 && groups === 1 && k % block === 0 && (channels % block === 0 || channels < block)
  return dense || isDepthwise(w, convolution, block)
}

/** y [N, K, P, Q] in NCHW. */
export function forward(w: Writer, convolution: Convolution, block: number): string {
  const { x, weight, bias, groups, window } = convolution
  const [n, channels] = w.shape(x) as [number, number]
  const k = w.shape(weight)[0] as number
  const first = channels < block
  const few = first || groups > 1
  const inputs = [
    first ? x : toBlocked(w, x),
    few ? blockedFirstWeight(w, weight, block) : blockedWeight(w, weight, block),
  ]
  if (bias !== '') inputs.push(bias)
  const { kernel, stride, dilation, pads } = window
  const y = w.emit(`${domain}Conv`, inputs, [n, k, ...window.output], {
    ...attributesOf(kernel, stride, dilation, pads),
    group: groups,
  })
  return fromBlocked(w, y)
}

/** Whether dL/dx can run in the blocked layout: stride 1, both channel counts whole blocks. */
export function canInputGradient(w: Writer, convolution: Convolution, block: number): boolean {
  const { x, weight, groups, window } = convolution
  const channels = w.shape(x)[1] as number
  const k = w.shape(weight)[0] as number
  const dense = block > 1 && groups === 1 && k % block === 0 && channels % block === 0
  const fits = dense || isDepthwise(w, convolution, block)
  return fits && window.stride[0] === 1 && window.stride[1] === 1 && backPads(window).every(pad => pad >= 0)
}

/** Padding of the gradient's map for the convolution with the turned kernel. */
function backPads(window: Window): number[] {
  const end = overhang(window)
  const reach = [0, 1].map(i => ((window.kernel[i] as number) - 1) * (window.dilation[i] as number))
  return [reach[0]! - window.pads[0], reach[1]! - window.pads[1], reach[0]! - end[0], reach[1]! - end[1]]
}

/** dL/dx [N, C, H, W]: a convolution of dL/dy with the turned kernel. */
export function inputGradient(w: Writer, convolution: Convolution, gradient: string, block: number): string {
  const { x, groups, window } = convolution
  const [n, channels] = w.shape(x) as [number, number]
  const kernels = turnedWeight(w, convolution, block)
  const attributes = attributesOf(window.kernel, [1, 1], window.dilation, backPads(window))
  const y = w.emit(`${domain}Conv`, [toBlocked(w, gradient), kernels], [n, channels, ...window.input], {
    ...attributes,
    group: groups,
  })
  return fromBlocked(w, y)
}

/** The weight with the roles of K and C exchanged and its taps reversed, in blocked order. */
function turnedWeight(w: Writer, { x, weight, groups }: Convolution, block: number): string {
  const channels = w.shape(x)[1] as number
  const [k, , height, width] = w.shape(weight) as [number, number, number, number]
  const taps = height * width
  // Taps are reversed last, when they are contiguous runs of a whole block (of block² numbers in the dense case).
  const ordered =
    groups > 1
      ? transpose(w, reshape(w, weight, [k / block, block, taps]), [0, 2, 1])
      : transpose(w, reshape(w, weight, [k / block, block, channels / block, block, taps]), [2, 0, 4, 1, 3])
  const backwards = w.ints(Array.from({ length: taps }, (_, i) => taps - 1 - i))
  const axis = groups > 1 ? 1 : 2
  const turned = taps === 1 ? ordered : w.emit('Gather', [ordered, backwards], w.shape(ordered), { axis })
  return reshape(w, turned, [channels, groups > 1 ? 1 : k, height, width])
}

/** Whether dL/dweight can run in the blocked layout: stride 1, batch and output channels whole blocks. */
export function canWeightGradient(
  w: Writer,
  { x, weight, groups, window }: Convolution,
  block: number,
): boolean {
  const n = w.shape(x)[0] as number
  const k = w.shape(weight)[0] as number
  const fits = block > 1 && groups === 1 && k % block === 0 && n % block === 0
  return fits && window.stride[0] === 1 && window.stride[1] === 1
}

/**
 * dL/dweight [K, C, kh, kw] as a convolution with exchanged axes: the images are the channels that are summed over, x is
 * the input [C, N, H, W], dL/dy the kernel [K, N, P, Q], and the taps are the output positions.
 */
export function weightGradient(
  w: Writer,
  { x, weight, window }: Convolution,
  gradient: string,
  block: number,
): string {
  const shape = w.shape(weight)
  const [k, channels, height, width] = shape as [number, number, number, number]
  const n = w.shape(x)[0] as number
  const positions = elements(window.output)
  const end = overhang(window)
  const images = transpose(w, x, [1, 0, 2, 3])
  const pads = [window.pads[0], window.pads[1], ...end]
  // Padding in advance keeps the operator on its fast path, which does not support padding within a row.
  const padded = pads.every(pad => pad === 0) ? images : padImages(w, images, pads)
  const rows = reshape(w, toBlocked(w, gradient), [n / block, block, k / block, positions, block])
  const kernels = reshape(w, transpose(w, rows, [2, 0, 3, 1, 4]), [k, n, ...window.output])
  const attributes = attributesOf(window.output, window.dilation, window.stride, [0, 0, 0, 0])
  const y = w.emit(`${domain}Conv`, [toBlocked(w, padded), kernels], [channels, k, height, width], attributes)
  return transpose(w, fromBlocked(w, y), [1, 0, 2, 3])
}

function padImages(w: Writer, x: string, pads: readonly number[]): string {
  const [a, b, height, width] = w.shape(x) as [number, number, number, number]
  const [top, left, bottom, right] = pads as [number, number, number, number]
  const to = [a, b, height + top + bottom, width + left + right]
  return w.emit('Pad', [x, w.ints([0, 0, top, left, 0, 0, bottom, right])], to)
}
