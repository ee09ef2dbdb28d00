/** One training step: its batch, its rate, its loss. */
import { fail } from '../../base/error.ts'
import type { StepResult } from '../../engine/engine.ts'
import type { Batch } from '../loader/index.ts'
import { drawMixing, mixBatchTargets } from '../sample/mixing.ts'
import { learningRate } from './schedule.ts'
import { tell } from './training.ts'
import type { Training } from './training.ts'

/** Copies a batch out of its slot, so that the loader can continue while the step runs. Returns its images' keys. */
async function takeBatch(training: Training, next: Batch): Promise<string[]> {
  const { setup, distiller, targets } = training
  const { recipe, set, classes } = setup
  training.images.set(next.images)
  if (distiller) {
    const mixing = drawMixing(recipe, next.epoch, next.batch)
    await distiller.targets(Float32Array.from(next.annotator), recipe.batch, targets)
    if (mixing) mixBatchTargets(targets, training.copy, classes, mixing)
  } else targets.set(next.targets)
  const indices = [...next.indices]
  training.loader.release(next)
  return indices.map(index => set.images[index]!.key)
}

/** Throws `diverged` if the loss is not finite, with the step and its images, which are logged too. */
function checkLoss({ progress, log }: Training, { loss }: StepResult, images: string[]): void {
  if (Number.isFinite(loss)) return
  const at = { step: progress.step + 1, epoch: progress.epoch + 1 }
  log.add({ type: 'diverged', ...at, loss: String(loss), images })
  log.flush()
  fail(
    'diverged',
    `the loss was ${loss} in step ${at.step} (epoch ${at.epoch}, batch ${progress.batch + 1}: ` +
      `${images.slice(0, 3).join(', ')}${images.length > 3 ? ' …' : ''}); a lower learning rate, a longer warm-up or ` +
      'gradient clipping helps, and the last checkpoint is kept',
    { ...at, batch: progress.batch + 1, images },
  )
}

/** Trains on one batch. Rejects with `diverged`. */
export async function trainStep(training: Training, next: Batch): Promise<void> {
  const { setup, trainer, progress, log, steps } = training
  const began = performance.now()
  const images = await takeBatch(training, next)
  const lr = learningRate(training.schedule, progress.step)
  const inStep = performance.now()
  const result = await trainer.step(training.images, training.targets, lr)
  progress.stepSeconds += (performance.now() - inStep) / 1000
  checkLoss(training, result, images)
  progress.step++
  progress.batch++
  progress.lossSum += result.loss
  const { loss, gradientNorm } = result
  if (progress.step % training.logEvery === 0 || progress.step === steps)
    log.add({
      type: 'step',
      step: progress.step,
      epoch: progress.epoch + 1,
      loss,
      lr,
      ...(gradientNorm !== undefined && { gradientNorm }),
    })
  training.pace.mark(progress.step * setup.recipe.batch)
  progress.seconds += (performance.now() - began) / 1000
  tell(training, 'train', loss)
}
