/** The trainer's part of a recipe. */
import type { Recipe } from '../../contract/recipe.ts'
import type { TrainerConfig } from '../../engine/engine.ts'
import { engineOf } from '../recipe/engine.ts'
import { supervisionOf } from '../supervision/index.ts'

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
    labelSmoothing: supervisionOf(recipe.supervision).smooths ? 0 : recipe.labelSmoothing,
    accumulate: recipe.accumulate,
    ...(recipe.clipNorm === null ? {} : { clipNorm: recipe.clipNorm }),
    ...(recipe.ema === null ? {} : { ema: recipe.ema }),
    optimizer:
      kind === 'sgd'
        ? { kind, momentum, nesterov, weightDecay, decayAll }
        : { kind, momentum, beta2, epsilon, weightDecay, decayAll },
  }
}
