/**
 * Chooses how a convolution and its gradients are lowered, by shape alone, so that the same model always gives the same
 * graph.
 */
import { elements } from '../tensor.ts'
import type { Writer } from '../writer.ts'
import * as blocked from './blocked.ts'
import * as plain from './plain.ts'
import * as product from './product.ts'

/** How convolutions may be lowered on the target device. */
export interface LoweringOptions {
  /** Block size of ONNX Runtime's blocked-layout convolutions, measured on this machine; 1 if there are none. */
  block: number
}

/**
 * Whether a single product over all positions is cheapest: the maps have fewer positions than a weight has taps and
 * padding would fill much of each window, or the batch has fewer positions in all than the weight has rows to reorder.
 */
function isSmall(w: Writer, convolution: plain.Convolution): boolean {
  const { x, weight, window } = convolution
  const positions = elements(window.output)
  const [k, channels] = w.shape(weight) as [number, number]
  const n = w.shape(x)[0] as number
  return (
    product.canProduct(convolution) &&
    positions <= 16 &&
    n * positions <= Math.max(k, channels) &&
    elements(window.kernel) > 1
  )
}

export function forward(w: Writer, convolution: plain.Convolution, { block }: LoweringOptions): string {
  if (isSmall(w, convolution)) return product.forward(w, convolution)
  if (blocked.canForward(w, convolution, block)) return blocked.forward(w, convolution, block)
  return plain.forward(w, convolution)
}

export function inputGradient(
  w: Writer,
  convolution: plain.Convolution,
  gradient: string,
  { block }: LoweringOptions,
): string {
  if (isSmall(w, convolution)) return product.inputGradient(w, convolution, gradient)
  if (blocked.canInputGradient(w, convolution, block))
    return blocked.inputGradient(w, convolution, gradient, block)
  return plain.inputGradient(w, convolution, gradient)
}

export function weightGradient(
  w: Writer,
  convolution: plain.Convolution,
  gradient: string,
  { block }: LoweringOptions,
): string {
  if (isSmall(w, convolution)) return product.weightGradient(w, convolution, gradient)
  if (blocked.canWeightGradient(w, convolution, block))
    return blocked.weightGradient(w, convolution, gradient, block)
  return plain.weightGradient(w, convolution, gradient)
}
