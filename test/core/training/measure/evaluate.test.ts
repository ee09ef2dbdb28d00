/** Evaluation: unreadable images, fixed batches, other class lists. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OnnxModel } from '../../../../core/graph/model.ts'
import { classMapOf } from '../../../../core/labelmap/class-map.ts'
import { imageSet } from '../../../../core/training/sample/image-set.ts'
import type { ImageSet, TrainingImage } from '../../../../core/training/sample/image-set.ts'
import { openEvaluator } from '../../../../core/training/measure/evaluate.ts'
import { mapLogits } from '../../../../core/training/measure/score.ts'
import type { EvaluationSetup } from '../../../../core/training/measure/evaluate.ts'
import type { Metrics } from '../../../../core/contract/metrics.ts'
import { temporaryFolder, tinyRecipe, tinyStudent, writeImages } from '../fixture.ts'

const { dir, remove } = temporaryFolder()
let images: TrainingImage[] = []
beforeAll(async () => {
  images = await writeImages(dir, 11)
})
afterAll(remove)

function setupOf(list: readonly TrainingImage[], batch = 4): EvaluationSetup {
  const set: ImageSet = imageSet(list)
  const recipe = tinyRecipe({ batch, evaluation: { mode: 'squash' } })
  const pixels = { kind: 'files', files: list.map(image => image.file), sizes: set.sizes } as const
  return { recipe, set, pixels, classes: 3 }
}

async function measure(
  setup: EvaluationSetup,
  model: OnnxModel,
): Promise<[Metrics, readonly { key: string }[]]> {
  const evaluator = openEvaluator(setup, model)
  try {
    const first = await evaluator.run(model)
    expect(await evaluator.run(model)).toEqual(first)
    return [first, evaluator.skipped]
  } finally {
    await evaluator.close()
  }
}

describe('openEvaluator', () => {
  it('gives the same figures whatever the batch, also for a model of one batch size', async () => {
    const model = tinyStudent()
    const [expected] = await measure(setupOf(images), model)
    expect(expected.images).toBe(11)
    const [large] = await measure(setupOf(images, 64), model)
    // Sums over batches of other sizes: only the last bits of the loss may differ.
    expect(large.loss).toBeCloseTo(expected.loss!, 6)
    expect(large.top1).toBe(expected.top1)
    const input = model.graph.inputs[0]!
    const fixed = { ...model, graph: { ...model.graph, inputs: [{ ...input, shape: [5, 3, 12, 12] }] } }
    const [padded] = await measure(setupOf(images), fixed)
    expect(padded.images).toBe(11)
    expect(padded.top1).toBe(expected.top1)
  })

  it('does not score an image that cannot be read, and lists it', async () => {
    const list = images.map((image, i) => (i === 2 ? { ...image, file: join(dir, 'gone.png') } : image))
    const [metrics, skipped] = await measure(setupOf(list), tinyStudent())
    expect(metrics.images).toBe(10)
    expect(skipped.map(({ key }) => key)).toEqual([images[2]!.key])
  })

  it('refuses a model with other outputs or another input', async () => {
    const other = openEvaluator(setupOf(images))
    await expect(other.run(tinyStudent(5))).rejects.toMatchObject({ code: 'mismatch' })
    const input = tinyStudent().graph.inputs[0]!
    const model = tinyStudent()
    const large = { ...model, graph: { ...model.graph, inputs: [{ ...input, shape: ['n', 3, 99, 99] }] } }
    await expect(other.run(large)).rejects.toMatchObject({ code: 'mismatch' })
    // The loader is in order again afterwards.
    expect((await other.run(model)).images).toBe(11)
    await other.close()
  })

  it('stops where it is asked to', async () => {
    const evaluator = openEvaluator(setupOf(images))
    const signal = AbortSignal.abort()
    await expect(evaluator.run(tinyStudent(), { signal })).rejects.toMatchObject({ code: 'cancelled' })
    await evaluator.close()
  })
})

describe('mapLogits', () => {
  it('takes the maximum of the classes behind each, and nothing for a class without one', () => {
    const map = classMapOf([1, 1, -1, 0], 3)
    expect([...mapLogits(Float32Array.of(5, 2, 9, -3, -4, -2, 0, 1), 2, map)]).toEqual([
      -3, 5, -1e9, 1, -2, -1e9,
    ])
  })
})
