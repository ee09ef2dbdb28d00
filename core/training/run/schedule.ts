/** The learning rate of every step: constant, step or cosine decay after a linear warm-up. */
import type { Recipe } from '../../contract/recipe.ts'

/** The parameters of a schedule. */
export interface ScheduleConfig extends Pick<
  Recipe['schedule'],
  'kind' | 'warmupEpochs' | 'warmupSteps' | 'finalShare' | 'milestones' | 'gamma'
> {
  /** Peak rate. */
  lr: number
  epochs: number
  stepsPerEpoch: number
}

/**
 * Rate of step `step` (from 0) of `epochs · stepsPerEpoch`. Warm-up of W steps: lr · (step + 1) / W, so that the first
 * step already learns. Cosine over the T steps after it: lr · (f + (1 − f) · (1 + cos(π · (step − W) / (T − W))) / 2), f
 * the final share. Step: lr · gamma^(number of milestones passed), milestones in epochs.
 */
export function learningRate(config: ScheduleConfig, step: number): number {
  const { lr, epochs, stepsPerEpoch } = config
  const total = epochs * stepsPerEpoch
  const warmup = Math.min(total, config.warmupSteps ?? Math.round(config.warmupEpochs * stepsPerEpoch))
  if (step < warmup) return (lr * (step + 1)) / warmup
  switch (config.kind) {
    case 'constant':
      return lr
    case 'step': {
      const epoch = step / stepsPerEpoch
      return lr * config.gamma ** config.milestones.filter(milestone => epoch >= milestone).length
    }
    case 'cosine': {
      const share = Math.min(1, (step - warmup) / Math.max(1, total - warmup))
      return lr * (config.finalShare + ((1 - config.finalShare) * (1 + Math.cos(Math.PI * share))) / 2)
    }
  }
}
