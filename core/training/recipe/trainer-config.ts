/** The engine's and the trainer's part of a recipe. */
import type { Recipe } from '../../contract/recipe.ts'
import type { EngineOptions, TrainerConfig } from '../../engine/engine.ts'
import { smoothing } from './recipe.ts'

/** The engine's part of a recipe. */
export function engineOf(recipe: Recipe): EngineOptions {
  return { provider: recipe.provider, ...(recipe.threads === null ? {} : { threads: recipe.threads }) }
}

/** Settings of the trainer for a student of `classes` outputs. */
export function trainerConfig(recipe: Recipe, classes: number): TrainerConfig {
  const { kind, momentum, beta2, epsilon, nesterov, weightDecay, decayAll } = recipe.optimizer
  return {
    batch: recipe.batch,
    input: [3, recipe.size, recipe.size],
    classes,
    seed: recipe.seed,
    engine: engineOf(recipe),
    batchNormMomentum: recipe.batchNormMomentum,
    labelSmoothing: smoothing(recipe).trainer,
    accumulate: recipe.accumulate,
    ...(recipe.clipNorm === null ? {} : { clipNorm: recipe.clipNorm }),
    ...(recipe.ema === null ? {} : { ema: recipe.ema }),
    optimizer:
      kind === 'sgd'
        ? { kind, momentum, nesterov, weightDecay, decayAll }
        : { kind, momentum, beta2, epsilon, weightDecay, decayAll },
  }
}
