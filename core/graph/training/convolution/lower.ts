/** Chooses how a convolution and its gradients are lowered, by shape alone, so that the same model always gives the same graph. */
import { elements } from '../../tensor.ts'
import type { LoweringOptions } from '../context.ts'
import type { Writer } from '../writer.ts'
import * as blocked from './blocked.ts'
import * as plain from './plain.ts'

/** Positions a map must have before the blocked layout pays (below, weights are larger than maps and reordering them costs more). */
const smallestMap = 8

export function forward(w: Writer, convolution: plain.Convolution, { block }: LoweringOptions): string {
  return blocked.canForward(w, convolution, block) && elements(convolution.window.output) >= smallestMap
    ? blocked.forward(w, convolution, block)
    : plain.forward(w, convolution)
}

export function inputGradient(
  w: Writer,
  convolution: plain.Convolution,
  gradient: string,
  { block }: LoweringOptions,
): string {
  return blocked.canInputGradient(w, convolution, block) && elements(convolution.window.output) >= smallestMap
    ? blocked.inputGradient(w, convolution, gradient, block)
    : plain.inputGradient(w, convolution, gradient)
}

export function weightGradient(
  w: Writer,
  convolution: plain.Convolution,
  gradient: string,
  { block }: LoweringOptions,
): string {
  return blocked.canWeightGradient(w, convolution, block)
    ? blocked.weightGradient(w, convolution, gradient, block)
    : plain.weightGradient(w, convolution, gradient)
}
