/** Resolves optimizer settings to the optimizer that writes the update, and its scalars at each step. */
import { fail } from '../base/error.ts'
import { optimizerKind } from '../contract/recipe.ts'
import { adamp } from '../graph/training/optimizers/adamp.ts'
import { adamw } from '../graph/training/optimizers/adamw.ts'
import { biasCorrections, type Optimizer } from '../graph/training/optimizers/optimizer.ts'
import { sgd } from '../graph/training/optimizers/sgd.ts'
import type { OptimizerConfig } from './engine.ts'

const kinds: readonly string[] = optimizerKind.options

/** Settings with all defaults filled in; throws `usage` for values out of range. */
export function resolveOptimizer(config: OptimizerConfig): Required<OptimizerConfig> {
  if (!kinds.includes(config.kind))
    fail('usage', `there is no optimizer "${config.kind}"; use one of ${kinds.join(', ')}`)
  const adaptive = config.kind !== 'sgd'
  const resolved = {
    momentum: adaptive ? 0.9 : 0,
    beta2: 0.999,
    epsilon: 1e-8,
    nesterov: false,
    weightDecay: 0,
    decayAll: false,
    ...Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)),
    kind: config.kind,
  }
  for (const key of ['momentum', 'beta2'] as const)
    if (!(resolved[key] >= 0 && resolved[key] < 1))
      fail('usage', `optimizer ${key} is ${resolved[key]}; it must lie in [0, 1)`)
  if (!(resolved.weightDecay >= 0))
    fail('usage', `weight decay is ${resolved.weightDecay}; it must be at least 0`)
  if (!(resolved.epsilon > 0)) fail('usage', `optimizer epsilon is ${resolved.epsilon}; it must be above 0`)
  if (resolved.kind === 'sgd' && resolved.nesterov && resolved.momentum === 0)
    fail('usage', 'Nesterov momentum needs a momentum above 0')
  return resolved
}

export function makeOptimizer(config: Required<OptimizerConfig>): Optimizer {
  const { kind, momentum, beta2, epsilon, nesterov, weightDecay } = config
  const adam = { beta1: momentum, beta2, epsilon, weightDecay }
  switch (kind) {
    case 'sgd':
      return sgd({ momentum, nesterov, weightDecay })
    case 'adamw':
      return adamw(adam)
    case 'adamp':
      return adamp({ ...adam, nesterov })
  }
}

/** Values of an optimizer's scalars at update t ≥ 1. */
export function optimizerScalars(config: Required<OptimizerConfig>, t: number): Record<string, number> {
  return {
    [biasCorrections[0]]: 1 - Math.pow(config.momentum, t),
    [biasCorrections[1]]: Math.sqrt(1 - Math.pow(config.beta2, t)),
  }
}
