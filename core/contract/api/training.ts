/** Training: what can be chosen, what it costs, and the runs with their curves and comparisons. */
import { z } from 'zod'
import { annotationId, runId } from '../ids.ts'
import { metrics } from '../metrics.ts'
import { recipeSchema } from '../recipe.ts'
import { recipeSetting } from '../recipe-settings.ts'
import { skipped } from '../skipped.ts'
import { call } from './call.ts'
import { moment, nothing, splitName } from './common.ts'

/** State of a run; a `running` run whose process has died can be resumed like a `stopped` one. */
export const runStatus = z.enum(['running', 'done', 'stopped', 'failed'])
export type RunStatus = z.infer<typeof runStatus>

const recipePart = z.record(z.string(), z.unknown())

/** What a probe of a recipe measured. */
export const trainingProbe = z.object({
  /** Steps that were timed. */
  steps: z.number(),
  imagesPerSecond: z.number(),
  /** Peak resident memory, bytes. */
  memory: z.number(),
  /** Of the whole run. */
  totalSteps: z.number(),
  seconds: z.number(),
  images: z.number(),
  parameters: z.number(),
})
export type TrainingProbe = z.infer<typeof trainingProbe>

/** Which labels and truth some figures tell of. */
export const figuresBasis = z.object({
  labels: z.number(),
  truth: z.number(),
  rescored: z.boolean(),
  missing: z.array(z.enum(['mAP', 'loss'])),
  /** Labels or truth of the split changed since. */
  stale: z.boolean(),
})
export type FiguresBasis = z.infer<typeof figuresBasis>

/** A run compared with others. Deltas are in the named measure, as shares of 1. */
export const runSummary = z.object({
  id: runId,
  created: moment,
  status: runStatus,
  student: z.string(),
  /** With CutMix and mixup named. */
  supervision: z.string(),
  /** Epochs done, and requested. */
  epochs: z.number(),
  ofEpochs: z.number(),
  loss: z.number().nullable(),
  /** Split that `metrics` are of: `test` if the run was evaluated on it, else the validation split. */
  split: z.string().nullable(),
  metrics: metrics.nullable(),
  /** What `metrics` tell of; null without metrics. */
  basis: figuresBasis.nullable(),
  /** Which measure the deltas are in. */
  measure: z.enum(['real', 'top1']).nullable(),
  /** Against the first run, and against the best one, on the same split. */
  toFirst: z.number().nullable(),
  toBest: z.number().nullable(),
})
export type RunSummary = z.infer<typeof runSummary>

/** A run in the table. */
export const runInfo = runSummary.extend({
  annotation: annotationId.nullable(),
  snapshot: z.string(),
  seed: z.number(),
  imagesPerSecond: z.number().nullable(),
  seconds: z.number().nullable(),
  /** Splits with stored predictions, for `runs.compare`. */
  evaluated: z.array(z.string()),
})
export type RunInfo = z.infer<typeof runInfo>

/** Curves by step and by epoch, as lists of equal length, thinned out for a chart. */
export const runCurves = z.object({
  id: runId,
  step: z.array(z.number()),
  loss: z.array(z.number()),
  lr: z.array(z.number()),
  epochs: z.array(
    z.object({
      epoch: z.number(),
      step: z.number(),
      loss: z.number(),
      top1: z.number().nullable(),
      real: z.number().nullable(),
      mAP: z.number().nullable(),
    }),
  ),
})
export type RunCurves = z.infer<typeof runCurves>

/** Confusions of a run on a split: [true class, answered class, images], most frequent first. */
const confusion = z.array(z.tuple([z.number(), z.number(), z.number()]))

export const runComparison = z.object({
  split: z.string(),
  base: runId,
  other: runId,
  /** Per class: images, and the share that each run answers correctly. */
  classes: z.array(z.object({ class: z.number(), images: z.number(), base: z.number(), other: z.number() })),
  confusion: z.object({ base: confusion, other: confusion }),
  /** Images answered correctly by both, by one, by neither. */
  agreement: z.object({ both: z.number(), base: z.number(), other: z.number(), neither: z.number() }),
})
export type RunComparison = z.infer<typeof runComparison>

export const trainingCalls = {
  'training.options': call(
    nothing,
    z.object({
      presets: z.array(z.object({ name: z.string(), recipe: recipePart })),
      students: z.array(z.string()),
      supervisions: z.array(z.string()),
      /** The available settings, for the form. */
      settings: z.array(recipeSetting),
      defaults: recipeSchema,
    }),
  ),
  /** The complete recipe merged from parts, or `problems` if it is not valid. */
  'training.resolve': call(
    z.object({ parts: z.array(recipePart) }),
    z.object({ recipe: recipeSchema.nullable(), problems: z.array(z.string()) }),
  ),
  /**
   * Times some steps in a child process; takes seconds to a minute. Fails with `cancelled` when the caller disconnects.
   */
  'training.probe': call(z.object({ recipe: recipePart }), trainingProbe),
  'runs.list': call(nothing, z.array(runInfo)),
  'runs.get': call(
    z.object({ id: runId }),
    z.object({
      info: runInfo,
      recipe: recipeSchema.nullable(),
      snapshot: z.object({
        id: z.string(),
        splits: z.array(z.string()),
        images: z.number(),
        annotation: annotationId.nullable(),
        /** Images with corrections. */
        corrected: z.number(),
        /** Images whose label was another one than they came with. */
        changed: z.number(),
      }),
      /** Its final report. */
      report: z.unknown(),
      evaluations: z.record(splitName, metrics),
      /** By split of `evaluations`. */
      bases: z.record(splitName, figuresBasis),
      /** What was measured before by other labels or another truth, oldest first. */
      earlier: z.record(splitName, z.array(metrics)),
      skipped: z.array(skipped),
      dir: z.string(),
    }),
  ),
  /** Only steps above `after`, if given, for following a run. */
  'runs.curves': call(z.object({ id: runId, after: z.number().optional() }), runCurves),
  /** Fails with `not-found` if a run has no predictions for the split (evaluate it first). */
  'runs.compare': call(z.object({ base: runId, other: runId, split: splitName }), runComparison),
}
