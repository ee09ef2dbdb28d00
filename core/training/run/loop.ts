/** The training loop: epochs of steps, with validation, checkpoints, metrics, cancellation and resuming. */
import { join } from 'node:path'
import { fail } from '../../base/error.ts'
import { needs } from '../../contract/supervision.ts'
import { createTrainer } from '../../engine/trainer.ts'
import { requireImages } from '../sample/image-set.ts'
import { latestCheckpoint } from './checkpoint.ts'
import type { Latest } from './checkpoint.ts'
import { openDistiller } from './distiller.ts'
import type { Distiller } from './distiller.ts'
import { endEpoch } from './epoch.ts'
import type { RunHooks, RunOutcome, RunSetup } from './run-setup.ts'
import { trainStep } from './step.ts'
import { trainerConfig } from './trainer-config.ts'
import { checkpoint, closeTraining, openTraining } from './training.ts'
import type { Models, Training } from './training.ts'

/**
 * Trains from the start, or from the newest checkpoint. Rejects with `diverged` (naming step and images), `cancelled`
 * (after a checkpoint), `bad-data` (no images), `disk`, and the errors of engine and loader.
 */
export async function runTraining(setup: RunSetup, hooks: RunHooks = {}): Promise<RunOutcome> {
  requireImages(setup.set, 'to train on')
  const { recipe } = setup
  const found = setup.resume ? latestCheckpoint(join(setup.dir, 'checkpoints'), setup.fingerprint) : undefined
  for (const { file, reason } of found?.refused ?? [])
    hooks.onWarning?.(`skipped a damaged checkpoint: ${file}: ${reason}`)
  const trainer = await createTrainer(setup.model, trainerConfig(recipe, setup.classes))
  let distiller: Distiller | undefined
  try {
    if (found) trainer.restore(found.checkpoint.state)
    if (needs(recipe.supervision, 'answers'))
      distiller = await openDistiller(
        setup.annotator ?? fail('usage', `${recipe.supervision} supervision needs the annotator`),
        recipe,
      )
    return await train(setup, hooks, { trainer, distiller }, found)
  } catch (error) {
    await trainer.close()
    throw error
  } finally {
    await distiller?.close()
  }
}

async function train(
  setup: RunSetup,
  hooks: RunHooks,
  models: Models,
  found: Latest | undefined,
): Promise<RunOutcome> {
  const training = openTraining(setup, hooks, models, found?.checkpoint.progress)
  const { progress, loader } = training
  const resumedFrom = progress.step
  try {
    loader.start(progress.epoch, progress.batch, setup.recipe.epochs)
    while (progress.epoch < setup.recipe.epochs) {
      const start = { ...progress }
      await finishEpoch(training)
      await endEpoch(training, start)
    }
    return outcomeOf(training, resumedFrom)
  } finally {
    await closeTraining(training)
  }
}

/** The remaining steps of an epoch. Rejects with `cancelled` and the errors of a step. */
async function finishEpoch(training: Training): Promise<void> {
  const { progress, loader, perEpoch, setup } = training
  const { everySteps } = setup.recipe.checkpoint
  while (progress.batch < perEpoch) {
    stopIfAsked(training)
    const asked = performance.now()
    const next = (await loader.next()) ?? fail('bad-data', 'the loader ended too early')
    progress.seconds += (performance.now() - asked) / 1000
    await trainStep(training, next)
    if (everySteps !== null && progress.step % everySteps === 0 && progress.batch < perEpoch)
      checkpoint(training)
    // Messages of the loader's threads and of the parent process are processed between steps.
    await new Promise<void>(resolve => setImmediate(resolve))
  }
}

function stopIfAsked(training: Training): void {
  const { hooks, progress, saved, steps } = training
  if (!hooks.signal?.aborted) return
  if (saved !== progress.step) checkpoint(training)
  fail('cancelled', `stopped after step ${progress.step} of ${steps}; a checkpoint is written`, {
    step: progress.step,
    steps,
  })
}

function outcomeOf({ trainer, steps, progress, loader, setup }: Training, resumedFrom: number): RunOutcome {
  const { best, val, lastLoss, seconds, stepSeconds } = progress
  return {
    trainer,
    steps,
    best,
    val,
    resumedFrom,
    loss: lastLoss ?? NaN,
    seconds,
    busy: seconds > 0 ? stepSeconds / seconds : 0,
    skipped: [...loader.skipped, ...setup.set.skipped],
  }
}
