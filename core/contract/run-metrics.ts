/** What a project stores of a run's measurements: some after each epoch, and the whole report at the end. */
import { z } from 'zod'
import { metrics } from './metrics.ts'
import { skipped } from './skipped.ts'

/** JSON has null for what is not a finite number. */
const figure = z.number().nullish()

export const runMetrics = z.looseObject({
  /** Epochs done. */
  epochs: figure,
  /** Mean loss of the last epoch. */
  loss: figure,
  /** On the validation split. */
  val: metrics.nullish(),
  /** By split, as they were asked for. */
  evaluations: z.record(z.string(), metrics).optional(),
  /** By split, the figures that were measured before and have other ones in their place; oldest first. */
  earlier: z.record(z.string(), z.array(metrics)).optional(),
  /** Seconds of training. */
  seconds: figure,
  imagesPerSecond: figure,
  skipped: z.array(skipped).optional(),
})
export type RunMetrics = z.infer<typeof runMetrics>
