/** Whole runs on a few dozen small images: they learn, stop, resume to the last bit, and say what went wrong. */
import { readdirSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RecipeInput } from '../../../../core/contract/recipe.ts'
import { identityClassMap } from '../../../../core/labelmap/class-map.ts'
import { imageSet } from '../../../../core/training/sample/image-set.ts'
import type { ImageSet, TrainingImage } from '../../../../core/training/sample/image-set.ts'
import { fingerprint } from '../../../../core/training/run/fingerprint.ts'
import { openCache } from '../../../../core/training/loader/cache.ts'
import type { PixelSource } from '../../../../core/training/loader/pixels.ts'
import { runTraining } from '../../../../core/training/run/loop.ts'
import type { RunHooks, RunOutcome, RunSetup } from '../../../../core/training/run/run-setup.ts'
import { readLog } from '../../../../core/training/run/run-log.ts'
import { temporaryFolder, tinyRecipe, tinyStudent, writeImages } from '../fixture.ts'

const { dir, remove } = temporaryFolder()
let images: TrainingImage[] = []
let set: ImageSet
let pixels: PixelSource
beforeAll(async () => {
  images = await writeImages(join(dir, 'images'), 48)
  set = imageSet(images)
  pixels = (await openCache(set, { dir, diskMb: 0, memoryMb: 1, side: 100 })).source
})
afterAll(remove)

let runs = 0
function setup(changes: RecipeInput = {}, more: Partial<RunSetup> = {}): RunSetup {
  const recipe = tinyRecipe(changes)
  const model = tinyStudent()
  return {
    recipe,
    model,
    classes: 3,
    set,
    pixels,
    dir: join(dir, `run${runs++}`),
    resume: false,
    fingerprint: fingerprint({ recipe, model, set, labels: set.labels, annotation: null }),
    ...more,
  }
}

/** Trains and closes. */
async function run(what: RunSetup, hooks?: RunHooks): Promise<Omit<RunOutcome, 'trainer'>> {
  const outcome = await runTraining(what, hooks)
  await outcome.trainer.close()
  return outcome
}

/** Losses by step as they stand in the log. */
const losses = (what: RunSetup): [number, number][] =>
  readLog(join(what.dir, 'metrics.jsonl')).flatMap(line =>
    line.type === 'step' ? [[line.step, line.loss]] : [],
  )

/** Cancels after a number of steps. */
function stopAfter(steps: number): RunHooks {
  const controller = new AbortController()
  return { signal: controller.signal, onProgress: ({ step }) => void (step >= steps && controller.abort()) }
}

describe('runTraining', () => {
  it('learns, validates, logs, and repeats to the last bit', async () => {
    const first = setup({ epochs: 4 }, { val: undefined })
    first.val = { recipe: first.recipe, set, pixels, classes: 3 }
    const outcome = await run(first)
    expect(outcome.steps).toBe(24)
    expect(outcome.val!.top1).toBeGreaterThan(0.9) // three colours; chance is 1/3
    expect(outcome.best!.value).toBeGreaterThan(0.9)
    expect(outcome.busy).toBeGreaterThan(0)
    expect(outcome.busy).toBeLessThanOrEqual(1)
    const epochs = readLog(join(first.dir, 'metrics.jsonl')).filter(line => line.type === 'epoch')
    expect(epochs.map(line => line.epoch)).toEqual([1, 2, 3, 4])
    expect(epochs[3]!.loss).toBeLessThan(0.5 * epochs[0]!.loss)
    expect(epochs[3]!.loss).toBe(outcome.loss)
    const second = setup({ epochs: 4, workers: 2 })
    await run(second)
    expect(losses(second)).toEqual(losses(first))
    expect(losses(first)).toHaveLength(24)
  })

  it.each<[string, RecipeInput]>([
    ['sgd', {}],
    [
      'adamw with averaging, accumulation, clipping, cutmix and smoothing',
      {
        optimizer: { kind: 'adamw' },
        lr: 0.003,
        ema: 0.9,
        accumulate: 2,
        clipNorm: 1,
        labelSmoothing: 0.1,
        cutmix: { probability: 0.5 },
      },
    ],
  ])('stops between steps and goes on as if it never had: %s', async (_, changes) => {
    const straight = setup(changes)
    const whole = await run(straight)
    const stopped = setup(changes)
    // In the middle of the second epoch of six steps, then again in the third.
    await expect(run(stopped, stopAfter(9))).rejects.toMatchObject({ code: 'cancelled', detail: { step: 9 } })
    await expect(run({ ...stopped, resume: true }, stopAfter(13))).rejects.toMatchObject({
      detail: { step: 13 },
    })
    const rest = await run({ ...stopped, resume: true })
    expect(rest.resumedFrom).toBe(13)
    expect(losses(stopped)).toEqual(losses(straight))
    expect(rest.loss).toBe(whole.loss)
  })

  it('goes on from the checkpoint before where the newest is damaged, and refuses another recipe', async () => {
    const straight = setup({ checkpoint: { everySteps: 2, keep: 4 } })
    await run(straight)
    const stopped = setup({ checkpoint: { everySteps: 2, keep: 4 } })
    await expect(run(stopped, stopAfter(9))).rejects.toMatchObject({ code: 'cancelled' })
    const folder = join(stopped.dir, 'checkpoints')
    const newest = readdirSync(folder).sort().at(-1)!
    expect(newest).toBe('step-000000009.safetensors')
    truncateSync(join(folder, newest), 1000)
    const warnings: string[] = []
    const rest = await run({ ...stopped, resume: true }, { onWarning: text => warnings.push(text) })
    expect(rest.resumedFrom).toBe(8)
    expect(warnings.join()).toMatch(/damaged.*000000009/)
    expect(losses(stopped)).toEqual(losses(straight))
    const other = setup({ lr: 0.5 })
    await expect(run({ ...other, dir: stopped.dir, resume: true })).rejects.toMatchObject({
      code: 'mismatch',
    })
  })

  it('stops at a loss that is not a number, naming step and images', async () => {
    const wild = setup({ lr: 1000, optimizer: { weightDecay: 10, decayAll: true }, epochs: 50 })
    const error = (await run(wild).catch((reason: unknown) => reason)) as {
      detail: { step: number; images: string[] }
    }
    expect(error).toMatchObject({
      code: 'diverged',
      message: expect.stringMatching(/step \d+.*train\/\d\/\d+\.png/) as string,
    })
    expect(error.detail.images).toHaveLength(8)
    expect(readLog(join(wild.dir, 'metrics.jsonl')).at(-1)).toMatchObject({
      type: 'diverged',
      step: error.detail.step,
    })
  })

  it('refuses an empty set and a student with other classes', async () => {
    const none = imageSet([])
    await expect(run(setup({}, { set: none }))).rejects.toMatchObject({ code: 'bad-data' })
    await expect(run(setup({}, { classes: 4 }))).rejects.toMatchObject({ code: 'mismatch' })
  })

  it('refuses one class, which teaches nothing', async () => {
    const only = imageSet(images.map(image => ({ ...image, label: 0 })))
    const lone = setup({ epochs: 1 }, { model: tinyStudent(1), classes: 1, set: only })
    await expect(run(lone)).rejects.toThrow(/at least 2 classes/)
  })

  it('trains on fewer images than a batch', async () => {
    const few = imageSet(images.slice(0, 3))
    const outcome = await run(setup({ epochs: 2 }, { set: few }))
    expect(outcome.steps).toBe(2)
  })

  it('distils what the annotator says of each crop, mixed or not', async () => {
    const teacher = setup({ epochs: 4 })
    const taught = await runTraining(teacher)
    const annotator = {
      model: taught.trainer.model(),
      classMap: identityClassMap(3),
      view: { size: 12, mean: teacher.recipe.mean, std: teacher.recipe.std },
    }
    await taught.trainer.close()
    const pupil = { supervision: 'distill', distill: { size: 12, temperature: 1 }, epochs: 4 } as const
    const blind = imageSet(images.map(image => ({ ...image, label: null })))
    const first = setup(pupil, { annotator, set: blind })
    first.val = { recipe: first.recipe, set, pixels, classes: 3 }
    expect((await run(first)).val!.top1).toBeGreaterThan(0.9)
    await expect(run(setup(pupil, { set: blind }))).rejects.toMatchObject({ code: 'usage' })
    const mixed = setup({ ...pupil, cutmix: { probability: 1 } }, { annotator, set: blind })
    const again = setup({ ...pupil, cutmix: { probability: 1 }, workers: 2 }, { annotator, set: blind })
    await run(mixed)
    await run(again)
    expect(losses(again)).toEqual(losses(mixed))
    expect(losses(mixed)).not.toEqual(losses(first))
  })
})
