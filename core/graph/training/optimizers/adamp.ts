/** AdamP: AdamW without the radial part of the step on scale-invariant weights (Heo et al. 2021, algorithm 2). */
import { add, broadcast, div, mul, reduce, reshape, scale, sub, unary, type Writer } from '../../writer.ts'
import { elements } from '../../tensor.ts'
import { adamMoments, type AdamOptions } from './adamw.ts'
import { biasCorrections, learningRate, type Optimizer } from './optimizer.ts'

/** δ: a weight counts as scale-invariant when |cos(w, g)| < δ/√dim. */
const delta = 0.1
/** Weight decay is scaled by this if the projection applies. */
const decayRatio = 0.1

const where = (w: Writer, condition: string, yes: string, no: string): string =>
  w.emit('Where', [condition, yes, no], broadcast(broadcast(w.shape(condition), w.shape(yes)), w.shape(no)))

const norm = (w: Writer, rows: string): string => unary(w, 'Sqrt', reduce(w, 'ReduceSumSquare', rows, [1]))

/** A weight, its gradient and the step of AdamW. */
interface Step {
  parameter: string
  gradient: string
  step: string
}

/**
 * For weights as [rows, dim]: whether every row's cosine with the gradient is small, and the step without its radial
 * part.
 */
function projection(
  w: Writer,
  { parameter, gradient, step }: Step,
  dims: [number, number],
  epsilon: number,
): { small: string; projected: string } {
  const p = reshape(w, parameter, dims)
  const g = reshape(w, gradient, dims)
  const s = reshape(w, step, dims)
  const length = norm(w, p)
  const dot = unary(w, 'Abs', reduce(w, 'ReduceSum', mul(w, p, g), [1]))
  const lengths = mul(w, length, norm(w, g))
  const cosine = div(w, dot, w.emit('Max', [lengths, w.scalar(epsilon)], w.shape(lengths)))
  const largest = w.emit('ReduceMax', [cosine, w.ints([0, 1])], [], { keepdims: 0 })
  const small = w.emit('Less', [largest, w.scalar(delta / Math.sqrt(dims[1]))], [])
  const unit = div(w, p, add(w, length, w.scalar(epsilon)))
  const radial = mul(w, unit, reduce(w, 'ReduceSum', mul(w, unit, s), [1]))
  return { small, projected: reshape(w, sub(w, s, radial), w.shape(parameter)) }
}

/** As AdamW, but the step is projected by output channel if every channel qualifies, else as a whole if that does. */
export function adamp(options: AdamOptions & { nesterov: boolean }): Optimizer {
  const { beta1, epsilon, weightDecay, nesterov } = options
  return {
    moments: 2,
    scalars: biasCorrections,
    update(w, { parameter, gradient, decay, moments }) {
      const { first, second, denominator } = adamMoments(w, gradient, moments, options)
      const ahead = nesterov ? add(w, scale(w, first, beta1), scale(w, gradient, 1 - beta1)) : first
      const plain = div(w, ahead, denominator)
      const dims = w.shape(parameter)
      let step = plain
      let ratio = w.scalar(1)
      if (dims.length > 1) {
        const size = elements(dims)
        const rows = dims[0] as number
        const whole = { parameter, gradient, step: plain }
        const channel = projection(w, whole, [rows, size / rows], epsilon)
        const layer = projection(w, whole, [1, size], epsilon)
        step = where(w, channel.small, channel.projected, where(w, layer.small, layer.projected, plain))
        const either = w.emit('Or', [channel.small, layer.small], [])
        ratio = where(w, either, w.scalar(decayRatio), w.scalar(1))
      }
      const shrunk = mul(w, scale(w, learningRate, weightDecay), ratio)
      const kept = decay && weightDecay !== 0 ? mul(w, parameter, sub(w, w.scalar(1), shrunk)) : parameter
      const rate = div(w, learningRate, biasCorrections[0])
      return { parameter: sub(w, kept, mul(w, step, rate)), moments: [first, second] }
    },
  }
}
