/**
 * Training on corrected maps: the loader's targets are those of the corrected map, and a run takes them from its
 * snapshot.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { random } from '../../../../core/base/random.ts'
import type { Recipe } from '../../../../core/contract/recipe.ts'
import { encodeModel } from '../../../../core/graph/onnx/encode.ts'
import { classMapOf } from '../../../../core/labelmap/class-map.ts'
import { classSpaceOf } from '../../../../core/labelmap/class-space.ts'
import {
  applyChanges,
  applyLayer,
  emptyLayer,
  layerFromList,
  planChanges,
  type CorrectionLayer,
} from '../../../../core/labelmap/corrections/index.ts'
import { createLabelMapWriter, openLabelMaps } from '../../../../core/labelmap/files/index.ts'
import {
  createTargetScratch,
  globalSingleTarget,
  globalTarget,
  poolSingleTarget,
  poolTarget,
} from '../../../../core/pooling/target.ts'
import { addAnnotation, updateAnnotation } from '../../../../core/project/annotations.ts'
import { applyEdit } from '../../../../core/project/corrections/store.ts'
import { addImages, addSplit, findImage } from '../../../../core/project/images.ts'
import { createProject } from '../../../../core/project/project.ts'
import { addRun } from '../../../../core/project/runs.ts'
import { createSnapshot } from '../../../../core/project/snapshots.ts'
import type { AnnotationInput } from '../../../../core/training/run/annotation.ts'
import { randomResizedCrop } from '../../../../core/training/sample/crop.ts'
import type { TrainingImage } from '../../../../core/training/sample/image-set.ts'
import { fingerprint } from '../../../../core/training/run/fingerprint.ts'
import { openLoader } from '../../../../core/training/loader/index.ts'
import { prepareRun, type Prepared } from '../../../../core/training/run/prepare.ts'
import { runOfProject } from '../../../../core/training/run/run.ts'
import {
  colourManifest,
  colourMap,
  temporaryFolder,
  tinyRecipe,
  tinyStudent,
  writeImages,
} from '../fixture.ts'

const { dir, remove } = temporaryFolder()
const mapsDir = join(dir, 'maps')
const classMap = classMapOf([0, 1, 2, -1], 3)
let images: TrainingImage[] = []
let annotation: AnnotationInput
/** Images 1 and 4 have more classes per cell than before, image 6 fewer; image 8's fits no map. */
let corrections: Map<string, CorrectionLayer>

const entry = (logit: number | null) => ({ logit, edit: 'edit-0001' })

beforeAll(async () => {
  images = await writeImages(join(dir, 'images'), 16)
  const writer = await createLabelMapWriter(mapsDir, { manifest: colourManifest(), logits: 'fp16' })
  for (const [i, { key, label }] of images.entries()) await writer.append(key, colourMap(label!, i))
  await writer.finish()
  const all = [0, 1, 2, 3].flatMap(cell => [0, 1, 2, 3].map(id => ({ cell, class: id })))
  corrections = new Map([
    [
      images[1]!.key,
      layerFromList(all.map(one => ({ ...one, entry: entry(one.class === 2 ? 8 : one.cell) }))),
    ],
    [images[4]!.key, layerFromList([{ cell: 2, class: 0, entry: entry(9.5) }])],
    [images[6]!.key, layerFromList(all.map(one => ({ ...one, entry: entry(one.class === 3 ? 4 : null) })))],
  ])
  annotation = {
    id: 'a1',
    dir: mapsDir,
    fill: 0,
    annotator: { file: 'annotator.onnx', sha256: '' },
    classMap,
    classes: ['red', 'green', 'blue', 'sky'],
    corrections,
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  }
})
afterAll(remove)

let runs = 0
function prepare(recipe: Recipe, changes: Partial<AnnotationInput> = {}): Promise<Prepared> {
  return prepareRun({
    recipe,
    classes: ['red', 'green', 'blue'],
    train: images,
    val: [],
    resume: false,
    annotation: { ...annotation, ...changes },
    cacheDir: join(dir, 'cache'),
    dir: join(dir, `run${runs++}`),
    model: tinyStudent(),
  })
}

/** Targets of one epoch by image, as the loader's threads make them. */
async function loaded({ setup }: Prepared, classes = 3): Promise<Map<number, Float32Array>> {
  const { recipe, set, pixels, maps, labels } = setup
  const loader = openLoader({
    recipe,
    mode: 'train',
    set,
    pixels,
    maps,
    classes,
    ...(labels ? { labels } : {}),
  })
  const targets = new Map<number, Float32Array>()
  try {
    loader.start(0, 0, 1)
    for (let batch = await loader.next(); batch; batch = await loader.next()) {
      for (let b = 0; b < batch.count; b++)
        targets.set(batch.indices[b]!, batch.targets.slice(classes * b, classes * (b + 1)))
      loader.release(batch)
    }
    expect(loader.skipped).toEqual([])
  } finally {
    await loader.close()
  }
  return targets
}

const makers = {
  relabel: poolTarget,
  'localized-single': poolSingleTarget,
  'global-multi': undefined,
  'global-single': undefined,
}

describe('targets', () => {
  const kinds = Object.keys(makers) as (keyof typeof makers)[]
  it.each(kinds.flatMap(kind => [0, 100].map(memoryMb => [kind, memoryMb] as const)))(
    'of %s with %s MB are those of the corrected map, to the bit',
    async (supervision, memoryMb) => {
      const recipe = tinyRecipe({ supervision, epochs: 1, cache: { memoryMb } })
      const prepared = await prepare(recipe)
      expect(prepared.setup.maps!.source.kind).toBe(memoryMb === 0 ? 'disk' : 'memory')
      const targets = await loaded(prepared)
      expect(targets.size).toBe(16)
      const reader = await openLabelMaps(mapsDir)
      const scratch = createTargetScratch(classMap)
      const [machine, corrected] = [new Float32Array(3), new Float32Array(3)]
      let changed = 0
      for (const [index, target] of targets) {
        const { key, height, width } = images[index]!
        const map = await reader.get(key)
        const layer = corrections.get(key)
        const rule = recipe.augmentation.crop!
        const draw = random(recipe.seed, 0, index)
        const crop = randomResizedCrop(height, width, rule.scale, rule.ratio, draw)
        const make = (of: typeof map, out: Float32Array): void => {
          const local = makers[supervision]
          if (local) local(of, crop, { height, width }, out, scratch)
          else (supervision === 'global-multi' ? globalTarget : globalSingleTarget)(of, out, scratch)
        }
        make(map, machine)
        make(layer ? applyLayer(map, layer, { fill: 0, classes: 4 }) : map, corrected)
        expect(target).toEqual(corrected)
        if (!layer) expect(target).toEqual(machine)
        else if (machine.some((value, i) => value !== corrected[i])) changed++
      }
      await reader.close()
      expect(changed).toBeGreaterThan(0)
    },
  )

  it('of cleaned labels follow the corrected votes', async () => {
    const recipe = tinyRecipe({ supervision: 'clean', epochs: 1 })
    const [machine, corrected] = [await prepare(recipe, { corrections: undefined }), await prepare(recipe)]
    expect([machine.disputed, machine.setup.labels![1]]).toEqual([0, 1])
    // Class 2 is strongest now; image 6 lists nothing but the fourth class, so that the lowest class wins.
    expect([corrected.disputed, corrected.setup.labels![1], corrected.setup.labels![6]]).toEqual([1, 2, 0])
  })

  it.each([0, 100])(
    'with %s MB have classes that the annotator lacks, where a person set them',
    async memoryMb => {
      // Of the project's own classes, the annotator has red and blue.
      const own = classMapOf([0, -1, 2, -1], 4)
      const space = classSpaceOf(own, { fill: 0 })
      const operation = { kind: 'label', class: 3, to: null, amount: 0.95, what: null, ids: 'shown' } as const
      const reader = await openLabelMaps(mapsDir)
      const key = images[2]!.key
      const machine = await reader.get(key)
      const options = { edit: 'edit-0001', fill: 0, space }
      const all = [...Array(machine.shape[1] * machine.shape[2]).keys()]
      const layer = applyChanges(emptyLayer, planChanges(machine, emptyLayer, all, operation, options))
      const recipe = tinyRecipe({ supervision: 'relabel', epochs: 1, cache: { memoryMb } })
      const { setup } = await prepareRun({
        recipe,
        classes: ['red', 'yellow', 'blue', 'violet'],
        train: images,
        val: [],
        resume: false,
        annotation: { ...annotation, classMap: own, corrections: new Map([[key, layer]]) },
        cacheDir: join(dir, 'cache'),
        dir: join(dir, `run${runs++}`),
        model: tinyStudent(4),
      })
      expect(setup.set.skipped).toEqual([])
      const targets = await loaded({ setup } as Prepared, 4)
      const before = createTargetScratch(own)
      for (const [index, target] of targets) {
        if (index === 2) {
          expect(target[3]).toBeGreaterThan(0.95 - 1e-6)
          continue
        }
        const { height, width } = images[index]!
        const draw = random(recipe.seed, 0, index)
        const crop = randomResizedCrop(
          height,
          width,
          recipe.augmentation.crop!.scale,
          recipe.augmentation.crop!.ratio,
          draw,
        )
        const out = new Float32Array(4)
        poolTarget(await reader.get(images[index]!.key), crop, { height, width }, out, before)
        expect(target).toEqual(out)
      }
      await reader.close()
    },
  )

  it('of a student of the annotator’s own classes leave out what only the project has', async () => {
    const recipe = tinyRecipe({ supervision: 'relabel', epochs: 1, classSpace: 'annotator' })
    const layer = layerFromList([{ cell: 0, class: 4 + 2, entry: entry(30) }])
    const layers = new Map([[images[2]!.key, layer]])
    const plain = await prepare(recipe, { corrections: undefined })
    const own = await prepare(recipe, { corrections: layers })
    expect(own.setup.set.skipped).toEqual([])
    const [a, b] = [await loaded(plain, 4), await loaded(own, 4)]
    for (const [index, target] of a) expect(b.get(index)).toEqual(target)
  })

  it('of a layer that does not fit its map leave the image out with the reason', async () => {
    const wrong = layerFromList([{ cell: 4, class: 0, entry: entry(1) }])
    const { setup } = await prepare(tinyRecipe({ supervision: 'relabel' }), {
      corrections: new Map([[images[8]!.key, wrong]]),
    })
    expect(setup.set.skipped).toEqual([
      { key: images[8]!.key, reason: expect.stringMatching(/correction of cell 4/) as string },
    ])
  })
})

describe('the fingerprint', () => {
  it('changes with corrections of images in use, and only with those', async () => {
    const recipe = tinyRecipe({ supervision: 'relabel' })
    const of = async (layers: AnnotationInput['corrections'], changes = recipe): Promise<string> =>
      (await prepare(changes, { corrections: layers })).setup.fingerprint
    const plain = await of(undefined)
    const { setup } = await prepare(recipe)
    const { model, set } = setup
    expect(plain).toBe(fingerprint({ recipe, model, set, labels: set.labels, annotation: 'a1' }))
    expect(setup.fingerprint).not.toBe(plain)
    expect(await of(new Map())).toBe(plain)
    expect(await of(new Map([['val/other.png', [...corrections.values()][0]!]]))).toBe(plain)
    const onehot = tinyRecipe({ supervision: 'onehot' })
    expect(await of(corrections, onehot)).toBe(await of(undefined, onehot))
  })
})

describe('a run of a project', () => {
  it('learns from the corrections of its snapshot', async () => {
    const project = createProject(join(dir, 'project'), {
      classes: ['red', 'green', 'blue'].map((name, index) => ({ index, name })),
    })
    addSplit(project, 'train', join(dir, 'images'))
    addImages(
      project,
      'train',
      images.map(({ key, label, height, width }) => ({ path: key.slice(6), label, height, width })),
    )
    const made = addAnnotation(project, { config: {} })
    const writer = await createLabelMapWriter(made.dir, { manifest: colourManifest(), logits: 'fp16' })
    for (const [i, { key, label }] of images.entries()) await writer.append(key, colourMap(label!, i))
    await writer.finish()
    updateAnnotation(project, made.id, { status: 'done' })
    const student = join(dir, 'student.onnx')
    writeFileSync(student, encodeModel(tinyStudent()))
    const recipe = tinyRecipe({ supervision: 'relabel', epochs: 1, student, valSplit: null })
    const snapshot = (): string => createSnapshot(project, { splits: ['train'], annotation: made.id })
    const before = snapshot()
    const id = 'edit-0001'
    applyEdit(project, {
      extent: null,
      image: findImage(project, images[4]!.key)!.id,
      annotation: made.id,
      version: 0,
      edit: {
        id,
        author: 'me',
        created: '2026-01-01T00:00:00.000Z',
        tool: 'image',
        operation: { kind: 'set', class: 0, to: null, amount: 30, what: null },
        changes: [0, 1, 2, 3].map(cell => ({ cell, class: 0, before: null, after: { logit: 30, edit: id } })),
      },
    })
    const losses: number[] = []
    for (const used of [before, before, snapshot()]) {
      const run = addRun(project, { kind: 'train', config: recipe, snapshot: used })
      losses.push((await runOfProject(project, run.id, recipe, false)).loss)
    }
    project.close()
    expect(losses[1]).toBe(losses[0]) // the old snapshot does not know of the correction
    expect(losses[2]).not.toBe(losses[0])
  })
})
