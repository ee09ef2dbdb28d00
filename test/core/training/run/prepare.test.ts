/** From label maps on disk to a run: every supervision trains, and what does not fit is refused or left out with a reason. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RecipeInput } from '../../../../core/contract/recipe.ts'
import { supervisions } from '../../../../core/contract/supervision.ts'
import { runTraining } from '../../../../core/training/run/loop.ts'
import { prepareRun } from '../../../../core/training/run/prepare.ts'
import type { Prepared } from '../../../../core/training/run/prepare.ts'
import { annotatedImages, colours } from '../annotated.ts'
import type { AnnotatedSet } from '../annotated.ts'
import { temporaryFolder, tinyRecipe, tinyStudent } from '../fixture.ts'

const { dir, remove } = temporaryFolder()
const classes = colours
let annotated: AnnotatedSet
beforeAll(async () => {
  annotated = await annotatedImages(dir)
})
afterAll(remove)

let runs = 0
function prepare(changes: RecipeInput, more: object = {}): Promise<Prepared> {
  const { images, annotation, annotator } = annotated
  const recipe = tinyRecipe({ epochs: 1, distill: { model: annotator, size: 12 }, ...changes })
  return prepareRun({
    recipe,
    classes,
    train: images,
    val: images.slice(0, 9),
    annotation,
    resume: false,
    cacheDir: join(dir, 'cache'),
    dir: join(dir, `run${runs++}`),
    model: tinyStudent(recipe.classSpace === 'annotator' ? 4 : 3),
    ...more,
  })
}
const usage = (message: RegExp): object =>
  expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) as string })

describe('prepareRun', () => {
  it.each(supervisions)('makes a run of %s that trains', async supervision => {
    // Some batches are mixed, some are not.
    const { setup } = await prepare({ supervision, cutmix: { probability: 0.5 } })
    const outcome = await runTraining(setup)
    await outcome.trainer.close()
    expect(outcome.loss).toBeGreaterThan(0)
    expect(outcome.val!.images).toBe(9)
  })

  it('leaves out images without a map, by name', async () => {
    const { setup } = await prepare({ supervision: 'relabel' })
    expect(setup.set.subset).toHaveLength(29)
    expect(setup.set.skipped).toEqual([
      { key: annotated.images[29]!.key, reason: 'annotation a1 has no label map of it' },
    ])
    expect((await prepare({ supervision: 'onehot' })).setup.set.subset).toHaveLength(30)
  })

  it('replaces or drops disputed labels', async () => {
    const replaced = await prepare({ supervision: 'clean' })
    expect(replaced.disputed).toBe(2)
    expect([...replaced.setup.labels!.slice(0, 7)]).toEqual([0, 1, 2, 1, 1, 2, 1])
    const dropped = await prepare({ supervision: 'clean', clean: 'drop' })
    expect(dropped.setup.set.subset).toHaveLength(27)
    expect(dropped.setup.set.skipped.map(({ reason }) => reason)).toContain(
      'dropped: the annotator sees green',
    )
  })

  it("teaches the annotator's classes where asked, and measures in the project's", async () => {
    const { setup, classes: names } = await prepare({ supervision: 'relabel', classSpace: 'annotator' })
    expect(names).toEqual(annotated.annotation.classes)
    const outcome = await runTraining(setup)
    await outcome.trainer.close()
    expect(outcome.val!.top1).not.toBeNull()
    expect(outcome.val!.loss).toBeNull()
    await expect(prepare({ supervision: 'onehot', classSpace: 'annotator' })).rejects.toEqual(
      usage(/class space/),
    )
  })

  it('reads maps from their shards where memory is short, with the same targets', async () => {
    const losses: number[] = []
    for (const memoryMb of [0, 100]) {
      const { setup } = await prepare({ supervision: 'relabel', cache: { memoryMb } })
      expect(setup.maps!.source.kind).toBe(memoryMb ? 'memory' : 'disk')
      const outcome = await runTraining(setup)
      await outcome.trainer.close()
      losses.push(outcome.loss)
    }
    expect(losses[0]).toBe(losses[1])
  })

  it('says what is missing', async () => {
    await expect(prepare({ supervision: 'relabel' }, { annotation: undefined })).rejects.toEqual(
      usage(/annotation/),
    )
    await expect(prepare({}, { train: [] })).rejects.toMatchObject({ code: 'bad-data' })
    const unlabelled = annotated.images.map(image => ({ ...image, label: null }))
    await expect(prepare({}, { train: unlabelled })).rejects.toThrow(/needs a label/)
    const nameless = prepare({ supervision: 'distill', distill: { model: null } })
    await expect(nameless).rejects.toEqual(usage(/--annotator/))
  })

  it('warns of another annotator than the one that made the maps', async () => {
    const { annotation } = annotated
    const other = { ...annotation, annotator: { ...annotation.annotator, sha256: '1'.repeat(64) } }
    const { warnings } = await prepare({ supervision: 'distill' }, { annotation: other })
    expect(warnings.join()).toMatch(/not the model that made annotation a1/)
    expect((await prepare({ supervision: 'distill' })).warnings).toEqual([])
  })
})
