/** Sizes, strides and paddings of a two-dimensional window, resolved from a node's attributes. */
import { fail } from '../../base/error.ts'
import type { Node } from '../model.ts'
import { intAttribute, intsAttribute, stringAttribute } from '../node.ts'

/** A sliding window over [N, C, H, W] input; pads are [top, left, bottom, right] and may exceed what the window reaches. */
export interface Window {
  kernel: [number, number]
  stride: [number, number]
  dilation: [number, number]
  pads: [number, number, number, number]
  input: [number, number]
  output: [number, number]
}

/** Attributes of an ONNX node for a window. */
export function windowAttributes(window: Window): Record<string, number[]> {
  const { kernel, stride, dilation, pads } = window
  return { kernel_shape: [...kernel], strides: [...stride], dilations: [...dilation], pads: [...pads] }
}

/** The window of a Conv or pooling node; rejects what is not two-dimensional. */
export function windowOf(node: Node, input: readonly number[], kernel: readonly number[]): Window {
  if (input.length !== 4 || kernel.length !== 2)
    fail(
      'unsupported',
      `${node.op} node "${node.name}" is not two-dimensional; training supports [N, C, H, W] only`,
    )
  const pair = (key: string): [number, number] => {
    const [a = 1, b = 1] = intsAttribute(node, key) ?? []
    return [a, b]
  }
  const stride = pair('strides')
  const dilation = pair('dilations')
  const auto = stringAttribute(node, 'auto_pad', 'NOTSET')
  const ceil = intAttribute(node, 'ceil_mode', 0) === 1
  const given = intsAttribute(node, 'pads') ?? [0, 0, 0, 0]
  const pads: [number, number, number, number] = [0, 0, 0, 0]
  const output: [number, number] = [0, 0]
  for (const i of [0, 1] as const) {
    const size = input[i + 2] as number
    const reach = (kernel[i] as number) * dilation[i] - dilation[i] + 1
    if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
      output[i] = Math.ceil(size / stride[i])
      const total = Math.max(0, (output[i] - 1) * stride[i] + reach - size)
      const small = Math.floor(total / 2)
      pads[i] = auto === 'SAME_UPPER' ? small : total - small
      pads[i + 2] = total - pads[i]
    } else {
      pads[i] = auto === 'VALID' ? 0 : (given[i] ?? 0)
      pads[i + 2] = auto === 'VALID' ? 0 : (given[i + 2] ?? 0)
      const room = size + pads[i] + (pads[i + 2] as number) - reach
      output[i] = (ceil ? Math.ceil(room / stride[i]) : Math.floor(room / stride[i])) + 1
      // A last window that would start in the padding does not count (as in PyTorch).
      if (ceil && (output[i] - 1) * stride[i] >= size + pads[i]) output[i]--
    }
    if (output[i] < 1)
      fail(
        'usage',
        `${node.op} node "${node.name}" has no output for a map of ${input[2]}×${input[3]}: use larger images`,
      )
  }
  return {
    kernel: [kernel[0] as number, kernel[1] as number],
    stride,
    dilation,
    pads,
    input: [input[2] as number, input[3] as number],
    output,
  }
}

/** Rows or columns that a window's positions cover beyond the leading padding, minus the input's own: how much of the end is padding (negative: left out). */
export function overhang(window: Window): [number, number] {
  return [0, 1].map(i => {
    const reach = ((window.kernel[i] as number) - 1) * (window.dilation[i] as number) + 1
    const covered = ((window.output[i] as number) - 1) * (window.stride[i] as number) + reach
    return covered - (window.pads[i] as number) - (window.input[i] as number)
  }) as [number, number]
}
