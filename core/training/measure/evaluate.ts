/** Measures a model on a list of images, deterministically. */
import { fail, messageOf, RelabelError } from '../../base/error.ts'
import type { Recipe } from '../../contract/recipe.ts'
import type { Skipped } from '../../contract/skipped.ts'
import { openSession } from '../../engine/session.ts'
import type { FloatArray } from '../../graph/tensor.ts'
import type { OnnxModel } from '../../graph/model.ts'
import type { ClassMap } from '../../labelmap/class-map.ts'
import type { ImageSet } from '../sample/image-set.ts'
import { openLoader } from '../loader/index.ts'
import type { PixelSource } from '../loader/pixels.ts'
import { createScorer } from './score.ts'
import type { Metrics } from '../../contract/metrics.ts'
import type { Truth } from './metrics.ts'
import { engineOf } from '../recipe/engine.ts'

/** The images to measure on. */
export interface EvaluationSetup {
  recipe: Recipe
  set: ImageSet
  pixels: PixelSource
  /** Classes of the truth. */
  classes: number
  /** Maps the model's classes to those of the truth, if they differ: the maximum logit wins. */
  classMap?: ClassMap | undefined
}

/** An evaluation that can run repeatedly with an open loader. */
export interface Evaluator {
  run(model: OnnxModel | string, hooks?: EvaluationHooks): Promise<Metrics>
  /** Images that could not be read so far. */
  skipped: readonly Skipped[]
  close(): Promise<void>
}

/** Progress and cancellation. */
export interface EvaluationHooks {
  onProgress?: ((done: number, total: number) => void) | undefined
  /**
   * The class with the highest logit (ties: the lower class) for an image, by its index in the set, and the logits
   * [model classes], to be copied at once.
   */
  onAnswer?: ((index: number, answer: number, logits: Float32Array) => void) | undefined
  signal?: AbortSignal | undefined
}

/** The truth for image i. */
function truthOf(set: ImageSet, index: number): Truth {
  const image = set.images[index]!
  return { label: image.label, valid: image.truth }
}

/** Batch size of an evaluation: the model's, if it was exported with a fixed one. */
function batchOf(recipe: Recipe, set: ImageSet, model?: OnnxModel): number {
  const fixed = model?.graph.inputs[0]?.shape?.[0]
  if (typeof fixed === 'number') return fixed
  return Math.min(recipe.evaluation.batch ?? recipe.batch, Math.max(1, set.subset.length))
}

/** Opens the loader. `model` gives a fixed batch size; without it the model must take any. */
export function openEvaluator(setup: EvaluationSetup, model?: OnnxModel): Evaluator {
  const { recipe, set, classes, classMap } = setup
  const batch = batchOf(recipe, set, model)
  const loader = openLoader({ recipe, mode: 'evaluate', set, pixels: setup.pixels, classes, batch })
  const fixed = typeof model?.graph.inputs[0]?.shape?.[0] === 'number'
  const engine = engineOf(recipe)
  return {
    run: (which, hooks = {}) => measure(which, hooks),
    skipped: loader.skipped,
    close: () => loader.close(),
  }

  async function measure(which: OnnxModel | string, hooks: EvaluationHooks): Promise<Metrics> {
    const session = await openSession(which, engine)
    const scorer = createScorer(classes, classMap)
    const inputs = classMap ? classMap.target.length : classes
    let done = 0
    loader.start(0, 0, 1)
    try {
      for (let next = await loader.next(); next; next = await loader.next()) {
        try {
          const rows = fixed ? batch : next.count
          const data = Float32Array.from(next.images.subarray(0, rows * 3 * recipe.size * recipe.size))
          const feeds = { [session.inputs[0]!]: { shape: [rows, 3, recipe.size, recipe.size], data } }
          const answer = await run(session, feeds)
          if (answer.length !== rows * inputs)
            fail(
              'mismatch',
              `the model gives ${answer.length / rows} values per image, but there are ${inputs} classes`,
            )
          const kept = next.indices.subarray(0, next.count)
          kept.forEach((index, b) => {
            if (index < 0) return
            const logits = answer.subarray(b * inputs, (b + 1) * inputs)
            const best = scorer.add(logits, truthOf(set, index))
            hooks.onAnswer?.(index, best, logits)
          })
          done += next.count
        } finally {
          loader.release(next)
        }
        hooks.onProgress?.(done, set.subset.length)
        if (hooks.signal?.aborted) fail('cancelled', 'the evaluation was stopped')
      }
    } finally {
      await loader.stop()
      await session.close()
    }
    return scorer.result()
  }
}

async function run(
  session: Awaited<ReturnType<typeof openSession>>,
  feeds: Record<string, FloatArray>,
): Promise<Float32Array> {
  try {
    return (await session.run(feeds))[session.outputs[0]!]!.data
  } catch (error) {
    if (error instanceof RelabelError) throw error
    const shape = Object.values(feeds)[0]!.shape
    return fail(
      'mismatch',
      `the model does not run on images of shape [${shape.join(', ')}] (${messageOf(error)})`,
      {},
      error,
    )
  }
}
