/** The training loop: epochs of steps, with validation, checkpoints, metrics, cancelling and resuming. */
import { join } from 'node:path'
import { fail } from '../../base/error.ts'
import type { StepResult, Trainer } from '../../engine/engine.ts'
import { createTrainer } from '../../engine/trainer.ts'
import { makeFolderSync } from '../../base/files/atomic.ts'
import { latestCheckpoint, saveCheckpoint } from './checkpoint.ts'
import type { Latest, Progress } from './checkpoint.ts'
import { requireImages } from '../sample/image-set.ts'
import { openDistiller } from './distiller.ts'
import type { Distiller } from './distiller.ts'
import { openEvaluator } from '../measure/evaluate.ts'
import { openLoader } from '../loader/index.ts'
import type { Batch } from '../loader/index.ts'
import type { Metrics } from '../measure/metrics.ts'
import { drawMixing, mixBatchTargets } from '../sample/mixing.ts'
import { batchesPerEpoch } from '../sample/order.ts'
import { createPace } from './pace.ts'
import { peakRate } from '../recipe/recipe.ts'
import { openLog } from './run-log.ts'
import type { RunHooks, RunOutcome, RunProgress, RunSetup } from './run-setup.ts'
import { learningRate } from './schedule.ts'
import { engineOf, trainerConfig } from '../recipe/trainer-config.ts'

/** Value by which the best epoch is chosen: ReaL where the whole truth is known, else top-1. */
function score(val: Metrics): number {
  return val.real ?? val.top1 ?? 0
}

/** At most about this many step lines a run unless the recipe says otherwise. */
const stepLines = 10_000

/**
 * Trains from the start, or on from the newest checkpoint. Rejects with `diverged` (step and images named), `cancelled`
 * (after a checkpoint), `bad-data` (no images), `disk`, and what the engine and the loader say.
 */
export async function runTraining(setup: RunSetup, hooks: RunHooks = {}): Promise<RunOutcome> {
  requireImages(setup.set, 'to train on')
  const { recipe } = setup
  const found = setup.resume ? latestCheckpoint(join(setup.dir, 'checkpoints'), setup.fingerprint) : undefined
  for (const { file, reason } of found?.refused ?? [])
    hooks.onWarning?.(`passed over a damaged checkpoint: ${file}: ${reason}`)
  const trainer = await createTrainer(setup.model, trainerConfig(recipe, setup.classes))
  let distiller: Distiller | undefined
  try {
    if (found) trainer.restore(found.checkpoint.state)
    if (recipe.supervision === 'distill')
      distiller = await openDistiller(
        setup.annotator ?? fail('usage', 'distill supervision needs the annotator'),
        recipe.distill.temperature,
        engineOf(recipe),
      )
    return await train(setup, hooks, trainer, distiller, found)
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
  trainer: Trainer,
  distiller: Distiller | undefined,
  found: Latest | undefined,
): Promise<RunOutcome> {
  const { recipe, set, classes, dir } = setup
  const { batch, size, epochs } = recipe
  const perEpoch = batchesPerEpoch(set.subset.length, batch)
  const steps = perEpoch * epochs
  const progress: Progress = found?.checkpoint.progress ?? {
    fingerprint: setup.fingerprint,
    ...{ step: 0, epoch: 0, batch: 0, lossSum: 0, best: null, seconds: 0, stepSeconds: 0 },
    lastLoss: null,
    val: null,
  }
  const resumedFrom = progress.step
  makeFolderSync(dir)
  const log = openLog(join(dir, 'metrics.jsonl'), progress.step)
  const logEvery = recipe.logEvery ?? Math.max(1, Math.ceil(steps / stepLines))
  const schedule = { ...recipe.schedule, lr: peakRate(recipe), epochs, stepsPerEpoch: perEpoch }
  const images = new Float32Array(batch * 3 * size * size)
  const targets = new Float32Array(batch * classes)
  const copy = new Float32Array(distiller ? targets.length : 0)
  const pace = createPace()
  let lastSave = progress.step
  const loader = openLoader({
    ...{ recipe, mode: 'train', set, classes, pixels: setup.pixels, maps: setup.maps },
    annotator: setup.annotator?.view,
    ...(setup.labels ? { labels: setup.labels } : {}),
  })
  const val = setup.val && setup.val.set.subset.length > 0 ? openEvaluator(setup.val) : undefined

  function checkpoint(best = false): void {
    log.flush()
    saveCheckpoint(
      join(dir, 'checkpoints'),
      { progress, state: trainer.state() },
      { keep: recipe.checkpoint.keep, best },
    )
    lastSave = progress.step
  }

  function tell(phase: RunProgress['phase'], loss: number | null): void {
    const rate = pace.rate()
    hooks.onProgress?.({
      ...{ phase, step: progress.step, steps, epoch: Math.min(epochs, progress.epoch + 1), epochs, loss },
      imagesPerSecond: rate,
      secondsLeft: rate > 0 ? ((steps - progress.step) * batch) / rate : null,
    })
  }

  /** Takes a batch out of its slot, so that the loader can go on while the step runs. */
  async function take(next: Batch): Promise<string[]> {
    images.set(next.images)
    if (distiller) {
      const mixing = drawMixing(recipe, next.epoch, next.batch)
      await distiller.targets(Float32Array.from(next.annotator), batch, targets)
      if (mixing) mixBatchTargets(targets, copy, classes, mixing)
    } else targets.set(next.targets)
    const indices = [...next.indices]
    loader.release(next)
    return indices.map(index => set.images[index]!.key)
  }

  function checkLoss(result: StepResult, keys: string[]): void {
    if (Number.isFinite(result.loss)) return
    const { step, epoch } = progress
    log.add({ type: 'diverged', step: step + 1, epoch: epoch + 1, loss: String(result.loss), images: keys })
    log.flush()
    fail(
      'diverged',
      `training met ${result.loss} as loss in step ${step + 1} (epoch ${epoch + 1}, batch ${progress.batch + 1}: ` +
        `${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ' …' : ''}); a lower learning rate, a longer warm-up or ` +
        'gradient clipping helps, and the last checkpoint is kept',
      { step: step + 1, epoch: epoch + 1, batch: progress.batch + 1, images: keys },
    )
  }

  async function step(next: Batch): Promise<void> {
    const began = performance.now()
    const keys = await take(next)
    const lr = learningRate(schedule, progress.step)
    const inStep = performance.now()
    const result = await trainer.step(images, targets, lr)
    progress.stepSeconds += (performance.now() - inStep) / 1000
    checkLoss(result, keys)
    progress.step++
    progress.batch++
    progress.lossSum += result.loss
    const epoch = progress.epoch + 1
    const { gradientNorm } = result
    if (progress.step % logEvery === 0 || progress.step === steps)
      log.add({
        ...{ type: 'step', step: progress.step, epoch, loss: result.loss, lr },
        ...(gradientNorm === undefined ? {} : { gradientNorm }),
      })
    pace.mark(progress.step * batch)
    progress.seconds += (performance.now() - began) / 1000
    tell('train', result.loss)
  }

  async function endEpoch(epochStart: { seconds: number; stepSeconds: number; step: number }): Promise<void> {
    progress.epoch++
    const last = progress.epoch === epochs
    const loss = progress.lossSum / perEpoch
    let measured: Metrics | null = null
    if (val && (last || progress.epoch % recipe.validateEvery === 0)) {
      tell('validate', loss)
      measured = await val.run(trainer.model(recipe.ema === null ? 'current' : 'averaged'), {
        signal: hooks.signal,
      })
    }
    const seconds = progress.seconds - epochStart.seconds
    log.add({
      ...{ type: 'epoch', step: progress.step, epoch: progress.epoch, loss },
      imagesPerSecond: ((progress.step - epochStart.step) * batch) / seconds,
      busy: (progress.stepSeconds - epochStart.stepSeconds) / seconds,
      val: measured,
    })
    const better = measured !== null && (progress.best === null || score(measured) > progress.best.value)
    if (better) progress.best = { value: score(measured!), epoch: progress.epoch }
    ;[progress.batch, progress.lossSum] = [0, 0]
    progress.lastLoss = loss
    progress.val = measured ?? progress.val
    const due = last || progress.epoch % recipe.checkpoint.everyEpochs === 0
    if (due || (better && recipe.checkpoint.best)) checkpoint(better && recipe.checkpoint.best)
    else log.flush()
    hooks.onEpoch?.(progress.epoch, loss, measured)
  }

  function stopIfAsked(): void {
    if (!hooks.signal?.aborted) return
    if (lastSave !== progress.step) checkpoint()
    fail('cancelled', `stopped after step ${progress.step} of ${steps}; a checkpoint is written`, {
      step: progress.step,
      steps,
    })
  }

  try {
    loader.start(progress.epoch, progress.batch, epochs)
    while (progress.epoch < epochs) {
      const start = { ...progress }
      while (progress.batch < perEpoch) {
        stopIfAsked()
        const asked = performance.now()
        const next = (await loader.next()) ?? fail('bad-data', 'the loader ended too early')
        progress.seconds += (performance.now() - asked) / 1000
        await step(next)
        const every = recipe.checkpoint.everySteps
        if (every !== null && progress.step % every === 0 && progress.batch < perEpoch) checkpoint()
        // Messages of the loader's threads and of the parent process come in between steps.
        await new Promise<void>(resolve => setImmediate(resolve))
      }
      await endEpoch(start)
    }
    const reasons = [...loader.skipped, ...set.skipped]
    return {
      ...{ trainer, steps, best: progress.best, val: progress.val, resumedFrom },
      loss: progress.lastLoss ?? NaN,
      seconds: progress.seconds,
      busy: progress.seconds > 0 ? progress.stepSeconds / progress.seconds : 0,
      skipped: reasons,
    }
  } finally {
    log.flush()
    await Promise.all([loader.close(), val?.close()])
  }
}
