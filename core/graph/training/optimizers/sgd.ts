/** Stochastic gradient descent with momentum, in PyTorch's form (momentum buffer starts as the first gradient). */
import { add, mul, scale, sub } from '../../writer.ts'
import { learningRate, type Optimizer } from './optimizer.ts'

/** g ← g + λp; v ← μv + g; p ← p − η·(g + μv if Nesterov, else v). */
export function sgd(options: { momentum: number; nesterov: boolean; weightDecay: number }): Optimizer {
  const { momentum, nesterov, weightDecay } = options
  return {
    moments: momentum === 0 ? 0 : 1,
    scalars: [],
    update(w, { parameter, gradient, decay, moments }) {
      const g = decay && weightDecay !== 0 ? add(w, gradient, scale(w, parameter, weightDecay)) : gradient
      if (momentum === 0) return { parameter: sub(w, parameter, mul(w, g, learningRate)), moments: [] }
      const velocity = add(w, scale(w, moments[0] as string, momentum), g)
      const direction = nesterov ? add(w, g, scale(w, velocity, momentum)) : velocity
      return { parameter: sub(w, parameter, mul(w, direction, learningRate)), moments: [velocity] }
    },
  }
}
