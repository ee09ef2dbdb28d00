/** The end of an epoch: its loss, its validation, whether it is the best so far, and a checkpoint if one is due. */
import type { Metrics } from '../../contract/metrics.ts'
import type { Progress } from './checkpoint.ts'
import { checkpoint, tell } from './training.ts'
import type { Training } from './training.ts'

/** Value by which the best epoch is chosen: ReaL if the whole truth is known, else top-1. */
function score(val: Metrics): number {
  return val.real ?? val.top1 ?? 0
}

/** Validates every few epochs, and after the last; null otherwise. */
async function validate(training: Training, loss: number): Promise<Metrics | null> {
  const { setup, validation, progress, trainer, hooks } = training
  const { validateEvery, epochs, ema } = setup.recipe
  const due = progress.epoch === epochs || progress.epoch % validateEvery === 0
  if (!validation || !due) return null
  tell(training, 'validate', loss)
  const model = trainer.model(ema === null ? 'current' : 'averaged')
  return validation.run(model, { signal: hooks.signal })
}

/** Ends an epoch that began with `start`. Rejects with `cancelled` if the validation is stopped, and with `disk`. */
export async function endEpoch(training: Training, start: Readonly<Progress>): Promise<void> {
  const { setup, progress, log, hooks, perEpoch } = training
  const { batch, epochs, checkpoint: keeping } = setup.recipe
  progress.epoch++
  const loss = progress.lossSum / perEpoch
  const val = await validate(training, loss)
  const seconds = progress.seconds - start.seconds
  log.add({
    type: 'epoch',
    step: progress.step,
    epoch: progress.epoch,
    loss,
    imagesPerSecond: ((progress.step - start.step) * batch) / seconds,
    busy: (progress.stepSeconds - start.stepSeconds) / seconds,
    val,
  })
  const better = val !== null && (progress.best === null || score(val) > progress.best.value)
  if (better) progress.best = { value: score(val), epoch: progress.epoch }
  progress.batch = 0
  progress.lossSum = 0
  progress.lastLoss = loss
  progress.val = val ?? progress.val
  const due = progress.epoch === epochs || progress.epoch % keeping.everyEpochs === 0
  if (due || (better && keeping.best)) checkpoint(training, better && keeping.best)
  else log.flush()
  hooks.onEpoch?.(progress.epoch, loss, val)
}
