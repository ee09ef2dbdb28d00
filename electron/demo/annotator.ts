/** Training the demo's annotator: single digits of many sizes, one trainer an input size, their state handed on. */
import { random } from '../../core/base/random.ts'
import { makeCanvas } from '../../core/dataset/digit-scenes/canvas.ts'
import type { DigitPool, DigitPools } from '../../core/dataset/digit-scenes/digits.ts'
import type { SceneOptions } from '../../core/dataset/digit-scenes/options.ts'
import type { Trainer } from '../../core/engine/engine.ts'
import { openSession } from '../../core/engine/session.ts'
import { createTrainer } from '../../core/engine/trainer.ts'
import type { OnnxModel } from '../../core/graph/model.ts'
import { buildStudent } from '../../core/graph/students/index.ts'
import { createResampler, resample } from '../../core/image/resample.ts'
import type { Resampler } from '../../core/image/resample.ts'
import { normalisation } from '../../core/image/normalise.ts'
import { learningRate } from '../../core/training/run/schedule.ts'
import type { ScheduleConfig } from '../../core/training/run/schedule.ts'
import { normalising } from './recipe.ts'
import type { AnnotatorRecipe } from './recipe.ts'

const classes = 10
const pixelNorm = normalisation(normalising.mean, normalising.std)

/** Canvases as bytes `[n, side, side, 3]` and their classes. */
export interface CanvasSet {
  side: number
  pixels: Uint8Array
  labels: Uint8Array
}

/** Draws `count` canvases; `series` separates the sets. */
function drawCanvases(pool: DigitPool, series: number, count: number, options: SceneOptions): CanvasSet {
  const side = options.canvasSize
  const pixels = new Uint8Array(count * side * side * 3)
  const labels = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const canvas = makeCanvas(pool, series, i, options)
    pixels.set(canvas.pixels, i * side * side * 3)
    labels[i] = canvas.label
  }
  return { side, pixels, labels }
}

/** Batches of some canvases at one input size. */
interface Batch {
  images: Float32Array
  targets: Float32Array
  resampler: Resampler
}

function batchOf(size: number, batch: number): Batch {
  return {
    images: new Float32Array(batch * 3 * size * size),
    targets: new Float32Array(batch * classes),
    resampler: createResampler(size, size),
  }
}

function fill(batch: Batch, set: CanvasSet, indices: ArrayLike<number>): void {
  const image = { height: set.side, width: set.side }
  const whole = { top: 0, left: 0, ...image }
  const { width } = batch.resampler.size
  batch.targets.fill(0)
  for (let i = 0; i < indices.length; i++) {
    const at = indices[i] ?? 0
    const pixels = { ...image, data: set.pixels, offset: at * set.side * set.side * 3 }
    const to = { data: batch.images, at: i * 3 * width * width }
    resample(batch.resampler, pixels, { window: whole }, pixelNorm, to)
    batch.targets[i * classes + (set.labels[at] ?? 0)] = 1
  }
}

/** The result. */
export interface AnnotatorResult {
  model: OnnxModel
  /** Share of correctly classified single digits by input side, on digits it was not trained on. */
  accuracy: { size: number; accuracy: number }[]
  /** Mean loss of every epoch. */
  losses: number[]
}

/** Trains the annotator on canvases of its own pool and measures it on canvases of the student's pool. */
export async function trainAnnotator(
  pools: DigitPools,
  scenes: SceneOptions,
  recipe: AnnotatorRecipe,
  onProgress: (done: number, total: number, loss: number) => void = () => {},
  signal?: AbortSignal,
): Promise<AnnotatorResult> {
  const set = drawCanvases(pools.annotator, 0, scenes.canvases, scenes)
  const initial = buildStudent('digits_annotator', {
    classes,
    input: [3, scenes.canvasSize, scenes.canvasSize],
    seed: recipe.seed,
  })
  const trainers = new Map<number, { trainer: Trainer; batch: Batch }>()
  const losses: number[] = []
  try {
    for (const size of recipe.sizes)
      trainers.set(size, {
        batch: batchOf(size, recipe.batch),
        trainer: await createTrainer(initial, {
          batch: recipe.batch,
          input: [3, size, size],
          classes,
          seed: recipe.seed,
          optimizer: { kind: 'adamw', weightDecay: recipe.weightDecay },
        }),
      })
    const stepsPerEpoch = Math.floor(scenes.canvases / recipe.batch)
    const total = recipe.epochs * stepsPerEpoch
    const schedule: ScheduleConfig = {
      kind: 'cosine',
      warmupEpochs: 0,
      warmupSteps: recipe.warmupSteps,
      finalShare: 0,
      milestones: [],
      gamma: 1,
      lr: recipe.lr,
      epochs: recipe.epochs,
      stepsPerEpoch,
    }
    let last: Trainer | undefined
    for (let epoch = 0; epoch < recipe.epochs; epoch++) {
      const draw = random(recipe.seed, 1, epoch)
      const order = draw.shuffle(Uint32Array.from(set.labels, (_, i) => i))
      let sum = 0
      for (let i = 0; i < stepsPerEpoch; i++) {
        signal?.throwIfAborted()
        const size = recipe.sizes[draw.int(recipe.sizes.length)] ?? scenes.canvasSize
        const { trainer, batch } = trainers.get(size)!
        if (last && last !== trainer) trainer.restore(last.state())
        last = trainer
        fill(batch, set, order.subarray(i * recipe.batch, (i + 1) * recipe.batch))
        const step = epoch * stepsPerEpoch + i
        const { loss } = await trainer.step(batch.images, batch.targets, learningRate(schedule, step))
        sum += loss
        onProgress(step + 1, total, loss)
      }
      losses.push(sum / stepsPerEpoch)
    }
    const model = last?.model() ?? initial
    return {
      model,
      losses,
      accuracy: await measure(model, drawCanvases(pools.student, 1, recipe.checked, scenes), recipe.sizes),
    }
  } finally {
    for (const { trainer } of trainers.values()) await trainer.close()
  }
}

/** Accuracy on a set at each size. */
async function measure(
  model: OnnxModel,
  set: CanvasSet,
  sizes: readonly number[],
): Promise<AnnotatorResult['accuracy']> {
  const session = await openSession(model)
  const input = session.inputs[0]!
  const output = session.outputs[0]!
  const step = 100
  const result: AnnotatorResult['accuracy'] = []
  try {
    for (const size of sizes) {
      const batch = batchOf(size, step)
      let right = 0
      for (let start = 0; start < set.labels.length; start += step) {
        const n = Math.min(step, set.labels.length - start)
        fill(
          batch,
          set,
          Uint32Array.from({ length: n }, (_, i) => start + i),
        )
        const data = batch.images.subarray(0, n * 3 * size * size)
        const out = await session.run({ [input]: { shape: [n, 3, size, size], data } })
        for (let i = 0; i < n; i++) {
          const logits = out[output]!.data.subarray(i * classes, (i + 1) * classes)
          if (logits.indexOf(Math.max(...logits)) === set.labels[start + i]) right++
        }
      }
      result.push({ size, accuracy: right / set.labels.length })
    }
  } finally {
    await session.close()
  }
  return result
}
