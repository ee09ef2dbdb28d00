/** A training in progress: its resources and its progress, opened and closed in one place. */
import { join } from 'node:path'
import type { Trainer } from '../../engine/engine.ts'
import { makeFolderSync } from '../../base/files/atomic.ts'
import { openLoader } from '../loader/index.ts'
import type { Loader } from '../loader/index.ts'
import { openEvaluator } from '../measure/evaluate.ts'
import type { Evaluator } from '../measure/evaluate.ts'
import { peakRate } from '../recipe/recipe.ts'
import { batchesPerEpoch } from '../sample/order.ts'
import { saveCheckpoint } from './checkpoint.ts'
import type { Progress } from './checkpoint.ts'
import type { Distiller } from './distiller.ts'
import { createPace } from './pace.ts'
import type { Pace } from './pace.ts'
import { openLog } from './run-log.ts'
import type { RunLog } from './run-log.ts'
import type { RunHooks, RunProgress, RunSetup } from './run-setup.ts'
import type { ScheduleConfig } from './schedule.ts'

/** At most about this many step lines per run unless the recipe says otherwise. */
const stepLines = 10_000

/** A model to train, and the annotator if the supervision needs its answers. */
export interface Models {
  trainer: Trainer
  distiller: Distiller | undefined
}

/** The state of the loop; `progress`, `saved` and the arrays change during training. */
export interface Training extends Models {
  setup: RunSetup
  hooks: RunHooks
  loader: Loader
  validation: Evaluator | undefined
  log: RunLog
  pace: Pace
  schedule: ScheduleConfig
  /** Batches per epoch. */
  perEpoch: number
  /** Of the whole run. */
  steps: number
  logEvery: number
  progress: Progress
  /** Step of the newest checkpoint. */
  saved: number
  /** The batch of the step: [batch, 3, size, size] and [batch, classes]. */
  images: Float32Array
  targets: Float32Array
  /** Working memory for mixing the distiller's targets. */
  copy: Float32Array
}

/** Opens loader, validation and log, to continue from `progress` or to start. */
export function openTraining(
  setup: RunSetup,
  hooks: RunHooks,
  models: Models,
  progress: Progress = atStart(setup.fingerprint),
): Training {
  const { recipe, set, classes, dir, labels } = setup
  const { batch, size, epochs } = recipe
  const perEpoch = batchesPerEpoch(set.subset.length, batch)
  const steps = perEpoch * epochs
  makeFolderSync(dir)
  const log = openLog(join(dir, 'metrics.jsonl'), progress.step)
  const loader = openLoader({
    recipe,
    mode: 'train',
    set,
    classes,
    pixels: setup.pixels,
    maps: setup.maps,
    annotator: setup.annotator?.view,
    ...(labels && { labels }),
  })
  return {
    ...models,
    setup,
    hooks,
    loader,
    validation: setup.val && setup.val.set.subset.length > 0 ? openEvaluator(setup.val) : undefined,
    log,
    pace: createPace(),
    schedule: { ...recipe.schedule, lr: peakRate(recipe), epochs, stepsPerEpoch: perEpoch },
    perEpoch,
    steps,
    logEvery: recipe.logEvery ?? Math.max(1, Math.ceil(steps / stepLines)),
    progress,
    saved: progress.step,
    images: new Float32Array(batch * 3 * size * size),
    targets: new Float32Array(batch * classes),
    copy: new Float32Array(models.distiller ? batch * classes : 0),
  }
}

function atStart(fingerprint: string): Progress {
  return {
    fingerprint,
    step: 0,
    epoch: 0,
    batch: 0,
    lossSum: 0,
    lastLoss: null,
    val: null,
    best: null,
    seconds: 0,
    stepSeconds: 0,
  }
}

/** Closes what {@link openTraining} opened; the models stay open. */
export async function closeTraining({ log, loader, validation }: Training): Promise<void> {
  log.flush()
  await Promise.all([loader.close(), validation?.close()])
}

/** Writes a checkpoint of the current state. */
export function checkpoint(training: Training, best = false): void {
  const { log, setup, progress, trainer } = training
  log.flush()
  saveCheckpoint(
    join(setup.dir, 'checkpoints'),
    { progress, state: trainer.state() },
    { keep: setup.recipe.checkpoint.keep, best },
  )
  training.saved = progress.step
}

/** Reports progress to the caller. */
export function tell(training: Training, phase: RunProgress['phase'], loss: number | null): void {
  const { hooks, pace, progress, setup, steps } = training
  const { batch, epochs } = setup.recipe
  const rate = pace.rate()
  hooks.onProgress?.({
    phase,
    step: progress.step,
    steps,
    epoch: Math.min(epochs, progress.epoch + 1),
    epochs,
    loss,
    imagesPerSecond: rate,
    secondsLeft: rate > 0 ? ((steps - progress.step) * batch) / rate : null,
  })
}
