/** A complete run of a project: prepare, train and write the models, without touching the database. */
import { join } from 'node:path'
import { fail } from '../../base/error.ts'
import type { Recipe } from '../../contract/recipe.ts'
import type { Skipped } from '../../contract/skipped.ts'
import { needsMaps } from '../../contract/supervision.ts'
import type { OnnxModel } from '../../graph/model.ts'
import type { ImageFile } from '../../project/image-files.ts'
import type { Project } from '../../project/project.ts'
import { getRun } from '../../project/runs.ts'
import { readSnapshot } from '../../project/snapshots.ts'
import { bestCheckpoint, readCheckpoint } from './checkpoint.ts'
import { annotationInput, snapshotImages, wantsAnnotation } from './from-project.ts'
import { runTraining } from './loop.ts'
import type { RunHooks, RunOutcome } from './run-setup.ts'
import type { Metrics } from '../../contract/metrics.ts'
import { prepareRun } from './prepare.ts'
import type { Prepared, PrepareInput } from './prepare.ts'
import { inputOf, writeResult } from './result.ts'
import type { Card } from './result.ts'

/** The report of a run; stored in the project as its metrics. */
export interface RunReport {
  steps: number
  epochs: number
  /** Mean loss of the last epoch. */
  loss: number
  val: Metrics | null
  best: { value: number; epoch: number } | null
  /** Seconds of training, and the share of them in steps. */
  seconds: number
  busy: number
  imagesPerSecond: number
  /** Images whose label the annotator disputes (`clean`). */
  disputed: number
  skipped: Skipped[]
  skippedCount: number
  cache: { how: string; bytes: number }
}

/** Extends the loop's hooks: pixel caching is reported too. */
export interface ProjectRunHooks extends RunHooks {
  onCache?: ((done: number, total: number) => void) | undefined
  /** What was found of image files, to be remembered by the project. */
  onFiles?: ((files: ImageFile[]) => void) | undefined
  program?: string
}

const listed = 1000

/** Trains run `id` of a project with its stored recipe, which `recipe` may replace if that does not change the losses. */
export async function runOfProject(
  project: Project,
  id: string,
  recipe: Recipe,
  resume: boolean,
  hooks: ProjectRunHooks = {},
): Promise<RunReport> {
  const row = getRun(project, id)
  const snapshot = readSnapshot(project, row.snapshot)
  const { supervision } = recipe
  const images = await snapshotImages(project, snapshot, {
    maps: needsMaps(supervision),
    signal: hooks.signal,
  })
  if (images.files.length > 0) hooks.onFiles?.(images.files)
  const annotation = wantsAnnotation(recipe)
    ? await annotationInput(
        project,
        snapshot.annotation ?? fail('usage', `run ${id} was made without an annotation`),
        { corrections: snapshot.corrections, classes: snapshot.classes },
      )
    : undefined
  const prepared = await prepareRun({
    recipe,
    annotation,
    resume,
    dir: row.dir,
    cacheDir: join(project.dir, 'cache'),
    // Those of then: the project may have more by now, or others merged.
    classes: snapshot.classes.map(one => one.name),
    train: images.bySplit.get(recipe.trainSplit) ?? [],
    val: (recipe.valSplit === null ? undefined : images.bySplit.get(recipe.valSplit)) ?? [],
    onProgress: (_, done, total) => hooks.onCache?.(done, total),
    signal: hooks.signal,
  } satisfies PrepareInput)
  for (const warning of prepared.warnings) hooks.onWarning?.(warning)
  const outcome = await runTraining(prepared.setup, hooks)
  try {
    const card = cardOf(prepared, outcome, row.snapshot, snapshot.annotation, hooks.program ?? '')
    await writeModels(row.dir, prepared, outcome, card)
  } finally {
    await outcome.trainer.close()
  }
  return reportOf(prepared, outcome)
}

function cardOf(
  { setup, classes }: Prepared,
  outcome: RunOutcome,
  snapshot: string,
  annotation: string | null,
  program: string,
): Card {
  const { recipe } = setup
  return {
    format: 1,
    student: recipe.student,
    supervision: recipe.supervision,
    classes,
    input: inputOf(recipe),
    recipe,
    snapshot,
    annotation,
    steps: outcome.steps,
    epochs: recipe.epochs,
    metrics: outcome.val,
    program,
    created: new Date().toISOString(),
  }
}

/**
 * `model.*`: the weights of the end (their moving average with `ema`); `best.*`: those of the best epoch, if it is a
 * different one.
 */
async function writeModels(dir: string, prepared: Prepared, outcome: RunOutcome, card: Card): Promise<void> {
  const { trainer, best } = outcome
  const { recipe } = prepared.setup
  const write = async (name: string, model: OnnxModel): Promise<void> => {
    const parameters = (recipe.ema === null ? undefined : trainer.averaged()) ?? trainer.parameters()
    await writeResult(dir, name, model, parameters, name === 'best' ? { ...card, metrics: null } : card)
  }
  const which = recipe.ema === null ? 'current' : 'averaged'
  await write('model', trainer.model(which))
  if (!recipe.checkpoint.best || best === null || best.epoch === recipe.epochs) return
  const file = bestCheckpoint(join(dir, 'checkpoints'))
  trainer.restore(readCheckpoint(file, prepared.setup.fingerprint).state)
  await write('best', trainer.model(which))
}

function reportOf(prepared: Prepared, outcome: RunOutcome): RunReport {
  const { recipe } = prepared.setup
  const { steps, loss, val, best, seconds, busy, skipped } = outcome
  return {
    steps,
    epochs: recipe.epochs,
    loss,
    val,
    best,
    seconds,
    busy,
    imagesPerSecond: seconds > 0 ? (steps * recipe.batch) / seconds : 0,
    disputed: prepared.disputed,
    skipped: skipped.slice(0, listed),
    skippedCount: skipped.length,
    cache: prepared.cache,
  }
}
