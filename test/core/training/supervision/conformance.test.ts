/** What every supervision must satisfy: honest needs, distributions as targets, the same from any thread. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { random } from '../../../../core/base/random.ts'
import {
  needs,
  needsAnnotation,
  supervisionNeeds,
  supervisions,
} from '../../../../core/contract/supervision.ts'
import type { SupervisionName } from '../../../../core/contract/supervision.ts'
import { classMapOf, identityClassMap } from '../../../../core/labelmap/class-map.ts'
import type { Crop } from '../../../../core/pooling/crop.ts'
import { createTargetScratch } from '../../../../core/pooling/target.ts'
import { openLoader } from '../../../../core/training/loader/index.ts'
import { prepareRun } from '../../../../core/training/run/prepare.ts'
import type { Prepared } from '../../../../core/training/run/prepare.ts'
import { imageSet } from '../../../../core/training/sample/image-set.ts'
import {
  answerTargets,
  prepareLabels,
  supervisionOf,
  targetMaker,
  titleOf,
} from '../../../../core/training/supervision/index.ts'
import type { MapContext } from '../../../../core/training/supervision/supervision.ts'
import { annotatedImages, colours } from '../annotated.ts'
import type { AnnotatedSet } from '../annotated.ts'
import { colourMap, temporaryFolder, tinyRecipe, tinyStudent } from '../fixture.ts'

const { dir, remove } = temporaryFolder()
let annotated: AnnotatedSet
beforeAll(async () => {
  annotated = await annotatedImages(dir)
})
afterAll(remove)

const classes = 4
const size = { height: 18, width: 16 }
const labels = Int32Array.of(2, 0, 3)
const crops: Crop[] = [
  { top: 0, left: 0, ...size },
  { top: 3, left: 5, height: 7, width: 9 },
  { top: 17, left: 15, height: 1, width: 1 },
]
const images = labels.length

function maps(): MapContext {
  const scratch = createTargetScratch(identityClassMap(classes))
  return { map: index => colourMap(index, index), size: () => size, scratch }
}

/** All that there is to be given, of which a supervision takes what it needs. */
const given = () => ({ label: labels, maps: maps() })
const base = (name: SupervisionName) => ({ classes, recipe: tinyRecipe({ supervision: name }) })
const prepareBase = (name: SupervisionName) => ({
  recipe: tinyRecipe({ supervision: name }),
  set: imageSet(annotated.images.slice(0, images)),
  classes: colours,
})

/** Targets [images][crops], each [classes], crop by crop or from made-up answers. */
function targets(name: SupervisionName, what: Partial<ReturnType<typeof given>>): number[][] {
  const make = targetMaker(name, base(name), what)
  const all = labels.length * crops.length
  if (!make) {
    const draw = random(4)
    const logits = Float32Array.from({ length: all * (classes + 1) }, () => 5 * draw.normal())
    const out = new Float32Array(all * classes)
    answerTargets({ ...base(name), logits, count: all, classMap: classMapOf([3, 1, 0, 1, 2], classes) }, out)
    return Array.from({ length: all }, (_, i) => [...out.subarray(i * classes, (i + 1) * classes)])
  }
  return [...labels.keys()].flatMap(index =>
    crops.map(crop => {
      const out = new Float32Array(classes).fill(NaN) // whatever was there is written over
      make(index, crop, out)
      return [...out]
    }),
  )
}

const only = (name: SupervisionName): Partial<ReturnType<typeof given>> =>
  Object.fromEntries(Object.entries(given()).filter(([need]) => needs(name, need as 'label' | 'maps')))

const usage = (what: RegExp): object =>
  expect.objectContaining({ code: 'usage', message: expect.stringMatching(what) as string })

const words = { label: /given labels/, maps: /label maps/, votes: /votes/, answers: /annotator/ }

describe.each(supervisions)('the supervision %s', name => {
  const supervision = supervisionOf(name)

  it('is one object that says what it is and how its targets are made', () => {
    expect(supervision).toMatchObject({ name, needs: supervisionNeeds[name] })
    expect(titleOf(tinyRecipe({ supervision: name })).split(' ')[0]).toBe(name)
    expect([supervision.target === undefined, supervision.answers === undefined]).toEqual(
      needs(name, 'answers') ? [true, false] : [false, true],
    )
    // Votes are given to what is prepared, and nowhere else.
    expect(supervision.prepare !== undefined || !needs(name, 'votes')).toBe(true)
    const rows = readFileSync('docs/training.md', 'utf8').split('\n')
    const row = rows.find(line => line.startsWith(`| \`${name}\` `))
    expect(row?.split('|')[2]?.trim()).toBe(supervision.text)
  })

  it('gives distributions over the classes of the student', () => {
    for (const target of targets(name, given())) {
      expect(target).toHaveLength(classes)
      for (const share of target) expect(share).toBeGreaterThanOrEqual(0)
      // float32 shares of a sum in double precision
      expect(target.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
    }
  })

  it('gives the same again, whatever came in between', () => {
    const first = targets(name, given())
    expect(targets(name, given())).toEqual(first)
    const make = targetMaker(name, base(name), given())
    if (!make) return
    const out = new Float32Array(classes)
    for (let i = 40; i-- > 0;) {
      const at = (i * 7) % first.length
      make(Math.floor(at / crops.length), crops[at % crops.length]!, out)
      expect([...out]).toEqual(first[at])
    }
  })

  it('works with only what it needs, and says what is missing', () => {
    expect(targets(name, only(name))).toEqual(targets(name, given()))
    for (const need of supervisionNeeds[name]) {
      if (need === 'votes')
        expect(() => prepareLabels(name, prepareBase(name), {})).toThrow(usage(words[need]))
      else if (need !== 'answers')
        expect(() => targetMaker(name, base(name), { ...given(), [need]: undefined })).toThrow(
          usage(words[need]),
        )
    }
    if (!needs(name, 'answers'))
      expect(() =>
        answerTargets(
          { ...base(name), logits: new Float32Array(4), count: 1, classMap: identityClassMap(4) },
          new Float32Array(4),
        ),
      ).toThrow(usage(words.answers))
  })

  it('prepares labels of the same length, and leaves none of the images in use without one', () => {
    const votes = Int32Array.of(2, -1, 0)
    const all = prepareBase(name)
    for (const clean of ['drop', 'replace'] as const) {
      const recipe = tinyRecipe({ supervision: name, clean })
      const prepared = prepareLabels(name, { ...all, recipe }, { votes })
      expect(prepared === undefined).toBe(supervision.prepare === undefined)
      if (!prepared) continue
      expect(prepared.labels).toHaveLength(images)
      expect(prepared.set.subset.length + prepared.set.skipped.length).toBe(images)
      for (const index of prepared.set.subset) expect(prepared.labels[index]).toBeGreaterThanOrEqual(0)
    }
  })

  const prepare = (changes: object, more: object = {}): Promise<Prepared> =>
    prepareRun({
      recipe: tinyRecipe({
        supervision: name,
        epochs: 2,
        distill: { model: annotated.annotator },
        cutmix: { probability: 0.5 },
        ...changes,
      }),
      classes: colours,
      train: annotated.images,
      val: [],
      annotation: annotated.annotation,
      resume: false,
      cacheDir: join(dir, 'cache'),
      dir: join(dir, 'run'),
      model: tinyStudent(3),
      ...more,
    })

  it('is refused in a run that lacks what it needs, and not otherwise', async () => {
    if (needsAnnotation(name))
      await expect(prepare({}, { annotation: undefined })).rejects.toEqual(usage(/needs an annotation/))
    else await prepare({}, { annotation: undefined })
    const unlabelled = annotated.images.map(image => ({ ...image, label: null }))
    const run = prepare({}, { train: unlabelled })
    if (needs(name, 'label')) await expect(run).rejects.toThrow(/needs a label/)
    else await run
  })

  it('makes the same batches in one thread and in three', async () => {
    const made = await Promise.all(
      [1, 3].map(async workers => {
        const { setup } = await prepare({ workers })
        const loader = openLoader({
          recipe: setup.recipe,
          mode: 'train',
          set: setup.set,
          classes: setup.classes,
          pixels: setup.pixels,
          maps: setup.maps,
          annotator: setup.annotator?.view,
          ...(setup.labels && { labels: setup.labels }),
        })
        const batches: unknown[] = []
        loader.start(0, 0, 2)
        for (let next = await loader.next(); next; next = await loader.next()) {
          batches.push([next.images, next.targets, next.annotator, next.indices].map(part => part.slice()))
          loader.release(next)
        }
        await loader.close()
        return batches
      }),
    )
    expect(made[0]!.length).toBeGreaterThan(4)
    expect(made[1]).toEqual(made[0])
  })
})
