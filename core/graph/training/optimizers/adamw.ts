/** AdamW: Adam with decoupled weight decay (Loshchilov and Hutter 2019). */
import { add, div, mul, scale, sub, unary, type Writer } from '../../writer.ts'
import { biasCorrections, learningRate, type Optimizer } from './optimizer.ts'

export interface AdamOptions {
  beta1: number
  beta2: number
  epsilon: number
  weightDecay: number
}

/** m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², and (√v / √(1 − β₂ᵗ)) + ε. */
export function adamMoments(
  w: Writer,
  gradient: string,
  moments: string[],
  { beta1, beta2, epsilon }: AdamOptions,
): { first: string; second: string; denominator: string } {
  const first = add(w, scale(w, moments[0] as string, beta1), scale(w, gradient, 1 - beta1))
  const square = scale(w, mul(w, gradient, gradient), 1 - beta2)
  const second = add(w, scale(w, moments[1] as string, beta2), square)
  const denominator = add(w, div(w, unary(w, 'Sqrt', second), biasCorrections[1]), w.scalar(epsilon))
  return { first, second, denominator }
}

/** p ← p·(1 − ηλ) − η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε). */
export function adamw(options: AdamOptions): Optimizer {
  return {
    moments: 2,
    scalars: biasCorrections,
    update(w, { parameter, gradient, decay, moments }) {
      const { first, second, denominator } = adamMoments(w, gradient, moments, options)
      const kept = decay ? shrink(w, parameter, options.weightDecay) : parameter
      const rate = div(w, learningRate, biasCorrections[0])
      return { parameter: sub(w, kept, mul(w, div(w, first, denominator), rate)), moments: [first, second] }
    },
  }
}

/** p·(1 − ηλ). */
function shrink(w: Writer, parameter: string, weightDecay: number): string {
  if (weightDecay === 0) return parameter
  return mul(w, parameter, sub(w, w.scalar(1), scale(w, learningRate, weightDecay)))
}
