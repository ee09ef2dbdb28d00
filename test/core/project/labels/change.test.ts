/** Given labels and truth that persons change: one image, many, undo and redo, what depends on them, and the log. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ImageFilter } from '../../../../core/contract/api/browse.ts'
import { reviewScore } from '../../../../core/labelmap/review-score.ts'
import { addAnnotation } from '../../../../core/project/annotations.ts'
import { openBrowser } from '../../../../core/project/browse/browser.ts'
import { imageItem } from '../../../../core/project/browse/image-items.ts'
import { outdatedImages } from '../../../../core/project/browse/measure-images.ts'
import { useAnnotation, writeMeasures } from '../../../../core/project/browse/measures.ts'
import { rebuildBrowse } from '../../../../core/project/browse/rebuild.ts'
import { unmeasuredImages } from '../../../../core/project/browse/unmeasured.ts'
import { replayForeignLog } from '../../../../core/project/corrections/replay.ts'
import { addImages, addSplit, findImage, listImages } from '../../../../core/project/images.ts'
import {
  changeAll,
  changeEach,
  fieldVersion,
  lastChange,
  redoChange,
  undoChange,
} from '../../../../core/project/labels/change.ts'
import { labelHistory } from '../../../../core/project/labels/history.ts'
import { createProject, openProject, type Project } from '../../../../core/project/project.ts'
import { listCopies, copyWhenDue } from '../../../../core/project/recovery/copies.ts'
import { restoreCopy } from '../../../../core/project/recovery/restore.ts'

let dir: string
let project: Project
const made = (folder: string): Project => {
  const fresh = createProject(folder, {
    classes: [0, 1, 2, 3].map(index => ({ index, name: `class ${index}` })),
  })
  for (const split of ['train', 'val']) {
    addSplit(fresh, split, dir)
    addImages(fresh, split, rows)
  }
  return fresh
}
const rows = Array.from({ length: 40 }, (_, index) => ({
  path: `${String(index).padStart(2, '0')}.png`,
  label: index % 5 === 4 ? null : index % 3,
  width: 8,
  height: 8,
}))
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-labels-'))
  project = made(join(dir, 'p'))
})
afterEach(() => {
  project.close()
  rmSync(dir, { recursive: true, force: true })
})

const label = { field: 'label', author: 'me' } as const
const truth = { field: 'truth', author: 'me' } as const
const labelOf = (image: number): number | null => imageItem(project, { id: image }).label
const count = (filter: ImageFilter): number =>
  openBrowser(project).count({ filter, sort: { by: 'name', descending: false } }).total
/** The narrow table that queries read is what a rebuild makes of the images. */
function expectInStep(): void {
  const all = (): unknown[] => project.db.prepare('SELECT * FROM browse ORDER BY place').all()
  const before = all()
  rebuildBrowse(project.db)
  expect(all()).toEqual(before)
}

describe('the given label of one image', () => {
  it('changes, and the original stays known with who and when', () => {
    const done = changeAll(project, { ...label, id: 'change-01', selection: { ids: [1] }, to: 3, time: 1000 })
    expect(done).toEqual({ change: 'change-01', changed: 1, left: 0, version: 1 })
    expect(imageItem(project, { id: 1 })).toMatchObject({ label: 3, changed: true })
    expect(labelHistory(project, 1).label).toEqual({
      now: 3,
      original: 0,
      edits: [
        {
          change: 'change-01',
          before: 0,
          after: 3,
          author: 'me',
          time: '1970-01-01T00:00:01.000Z',
          undone: false,
        },
      ],
    })
    expect(labelHistory(project, 2).label).toEqual({ now: 1, original: 1, edits: [] })
    expect([count({ changed: true }), count({ changed: false }), count({ classes: [3] })]).toEqual([1, 79, 1])
    expect(openBrowser(project).histograms({}).changed).toEqual([
      { value: true, count: 1 },
      { value: false, count: 79 },
    ])
    expectInStep()
  })

  it('saved twice is saved once', () => {
    const step = { ...label, id: 'change-01', selection: { ids: [1] }, to: 3 }
    expect(changeAll(project, step)).toEqual(changeAll(project, step))
    expect(labelHistory(project, 1).label.edits).toHaveLength(1)
    const undo = { ...label, id: 'undo-0001', of: { image: 1 } }
    expect(undoChange(project, undo)).toEqual(undoChange(project, undo))
    expect(fieldVersion(project, 'label')).toBe(2)
  })

  it('goes back and forth through its history', () => {
    for (const to of [1, null, 2]) changeAll(project, { ...label, selection: { ids: [1] }, to })
    const seen: (number | null)[] = []
    for (let n = 0; n < 3; n++) {
      undoChange(project, { ...label, of: { image: 1 } })
      seen.push(labelOf(1))
    }
    expect(() => undoChange(project, { ...label, of: { image: 1 } })).toThrow(
      /no label of this image to undo/,
    )
    expect(count({ changed: true })).toBe(0)
    for (let n = 0; n < 3; n++) {
      redoChange(project, { ...label, of: { image: 1 } })
      seen.push(labelOf(1))
    }
    expect(seen).toEqual([null, 1, 0, 1, null, 2])
    undoChange(project, { ...label, of: { image: 1 } })
    changeAll(project, { ...label, selection: { ids: [1] }, to: 3 })
    expect(() => redoChange(project, { ...label, of: { image: 1 } })).toThrow(
      /no label of this image to redo/,
    )
    expect(labelHistory(project, 1).label.edits.map(({ after }) => after)).toEqual([1, null, 3])
    expectInStep()
  })

  it('refuses a class that does not exist, and changes nothing', () => {
    for (const to of [4, -1, 1.5])
      expect(() => changeAll(project, { ...label, selection: { ids: [1] }, to })).toThrow(/there is no class/)
    expect(fieldVersion(project, 'label')).toBe(0)
  })
})

describe('many labels at once', () => {
  const all = { query: { filter: {}, sort: { by: 'name', descending: false } }, except: [2] } as const

  it('change by a query, and are undone but for what was changed since', () => {
    const { change, changed } = changeAll(project, {
      ...label,
      selection: { ...all, except: [...all.except] },
      to: 1,
    })
    const before = rows.map(row => row.label)
    expect(changed).toBe(2 * rows.filter(row => row.label !== 1).length)
    expect(lastChange(project, 'label')).toBe(change)
    changeAll(project, { ...label, selection: { ids: [1] }, to: 3 })
    expect(undoChange(project, { ...label, of: { change } })).toMatchObject({ changed: changed - 1, left: 1 })
    expect(listImages(project).map(row => row.label)).toEqual([3, ...before.slice(1), ...before])
    expect(redoChange(project, { ...label, of: { change } })).toMatchObject({ changed: changed - 1 })
    expect(new Set(listImages(project).map(row => row.label))).toEqual(new Set([1, 3]))
    expectInStep()
  })

  it('take a value each', () => {
    const { changed } = changeEach(project, {
      ...label,
      values: [
        [1, 2],
        [2, 0],
        [3, null],
        [4, 0], // has it already
      ],
    })
    expect([changed, labelOf(1), labelOf(2), labelOf(3), labelOf(4)]).toEqual([3, 2, 0, null, 0])
  })
})

describe('what depends on the label', () => {
  const facts = { top: 2, confidence: 0.7, margin: 0.3, entropy: 0.2, listed: true }
  beforeEach(async () => {
    for (const confidence of [0.7, 0.6]) {
      const { id } = addAnnotation(project, { config: {} })
      writeMeasures(
        project,
        id,
        listImages(project).map(({ id: image, label }) => ({
          ...facts,
          image,
          confidence,
          listed: label === null ? null : true,
        })),
      )
    }
    await useAnnotation(project, 'a1')
  })

  it('follows at once, and what only the map can tell is measured again', () => {
    changeAll(project, { ...label, selection: { ids: [1] }, to: 2 })
    changeAll(project, { ...label, selection: { ids: [2] }, to: null })
    const [one, two] = [imageItem(project, { id: 1 }), imageItem(project, { id: 2 })]
    expect(one.facts).toEqual({
      ...facts,
      listed: null,
      disputed: 0,
      score: reviewScore({ ...facts, label: 2, listed: null, disputed: 0 }),
    })
    expect(two.facts?.score).toBe(reviewScore({ ...facts, label: null, listed: null, disputed: 0 }))
    expect(count({ disagree: false })).toBe(1 + rows.filter(row => row.label === 2).length * 2)
    for (const annotation of ['a1', 'a2']) {
      expect(outdatedImages(project, annotation, 10).map(({ id }) => id)).toEqual([1])
      expect([...unmeasuredImages(project, annotation)].map(({ id, label }) => [id, label])).toEqual([[1, 2]])
    }
    expectInStep()
    writeMeasures(project, 'a1', [{ ...facts, image: 1, listed: false }])
    expect(imageItem(project, { id: 1 }).facts).toMatchObject({
      listed: false,
      score: reviewScore({ ...facts, label: 2, listed: false, disputed: 0 }),
    })
    expect(outdatedImages(project, 'a1', 10)).toEqual([])
    expectInStep()
  })
})

describe('truth', () => {
  it('is edited with versions, and leaves the label alone', () => {
    expect(changeAll(project, { ...truth, selection: { ids: [41] }, to: [2, 0, 2] }).version).toBe(1)
    expect(findImage(project, 'val/00.png')).toMatchObject({ label: 0, truth: [0, 2] })
    expect(changeAll(project, { ...truth, selection: { ids: [41] }, to: [] }).version).toBe(2)
    expect(undoChange(project, { ...truth, of: { image: 41 } }).version).toBe(3)
    expect(labelHistory(project, 41)).toMatchObject({
      label: { now: 0, edits: [] },
      truth: { now: [0, 2], original: null, edits: [{ after: [0, 2] }, { after: [], undone: true }] },
    })
    expect([fieldVersion(project, 'truth'), fieldVersion(project, 'label')]).toEqual([3, 0])
    expect(imageItem(project, { id: 41 }).changed).toBe(false)
  })
})

it('an image that is imported again keeps what a person said, over its new original', () => {
  changeAll(project, { ...label, selection: { ids: [1] }, to: 3 })
  changeAll(project, { ...truth, selection: { ids: [2] }, to: [1, 2] })
  addImages(
    project,
    'train',
    rows.map(row => ({ ...row, label: 2, truth: [0] })),
  )
  expect(labelHistory(project, 1)).toMatchObject({ label: { now: 3, original: 2 }, truth: { now: [0] } })
  expect(labelHistory(project, 2)).toMatchObject({ label: { now: 2 }, truth: { now: [1, 2], original: [0] } })
  addImages(
    project,
    'train',
    rows.map(row => ({ ...row, label: 3 })),
  )
  expect(imageItem(project, { id: 1 })).toMatchObject({ label: 3, changed: false })
  expectInStep()
})

describe('the log', () => {
  it('brings any steps into another database, once', () => {
    const anyStep = fc.record({
      kind: fc.constantFrom('change', 'each', 'undo', 'redo', 'undo all', 'redo all'),
      field: fc.constantFrom('label', 'truth'),
      ids: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
      to: fc.option(fc.integer({ min: 0, max: 3 })),
    } as const)
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 12 }), fc.integer(), (steps, salt) => {
        const folder = join(dir, `any-${salt}-${Math.random()}`)
        const one = made(folder)
        for (const { kind, field, ids, to } of steps) {
          const by = { field, author: 'me' }
          const value = field === 'truth' && to !== null ? [to] : to
          try {
            if (kind === 'change') changeAll(one, { ...by, selection: { ids }, to: value })
            else if (kind === 'each')
              changeEach(one, { ...by, values: ids.map((id, at) => [id, at % 2 ? value : null] as const) })
            else {
              const last = lastChange(one, field) ?? 'none-there'
              const of = kind.endsWith('all') ? { change: last } : { image: ids[0]! }
              ;(kind.startsWith('undo') ? undoChange : redoChange)(one, { ...by, of })
            }
          } catch (error) {
            expect((error as { code: string }).code).toBe('not-found')
          }
        }
        const other = made(`${folder}-other`)
        const state = (of: Project): unknown => [
          listImages(of),
          listImages(of).map(({ id }) => labelHistory(of, id)),
          [fieldVersion(of, 'label'), fieldVersion(of, 'truth')],
          of.db.prepare('SELECT * FROM browse').all(),
          of.db.prepare('SELECT field, version, kind, change, images FROM label_steps').all(),
          of.db.prepare('SELECT * FROM label_splits').all(),
        ]
        if (fieldVersion(one, 'label') + fieldVersion(one, 'truth') > 0)
          for (let times = 0; times < 2; times++) {
            const { failed } = replayForeignLog(other, join(folder, 'corrections.jsonl'))
            expect(failed).toEqual([])
          }
        const strip = (text: unknown): string => JSON.stringify(text).replaceAll(/any-[^/]*\//g, '')
        expect(strip(state(other))).toBe(strip(state(one)))
        one.close()
        other.close()
      }),
      { numRuns: 25 },
    )
  })

  it('is replayed after a copy is restored', async () => {
    changeAll(project, { ...label, selection: { ids: [1] }, to: 3 })
    for (let n = 0; n < 200; n++) changeAll(project, { ...label, selection: { ids: [2] }, to: n % 2 ? 3 : 0 })
    await copyWhenDue(project)
    const { change } = changeAll(project, { ...label, selection: { ids: [3, 4, 5] }, to: 3 })
    undoChange(project, { ...label, of: { image: 4 } })
    const [history, version] = [labelHistory(project, 4), fieldVersion(project, 'label')]
    project.close()
    restoreCopy(project.dir, listCopies(project.dir).at(-1)!.name)
    project = openProject(project.dir)
    expect(project.replayed.failed).toEqual([])
    expect([labelOf(1), labelOf(3), labelOf(4), labelOf(5)]).toEqual([3, 3, 0, 3])
    expect([labelHistory(project, 4), fieldVersion(project, 'label')]).toEqual([history, version])
    expect(lastChange(project, 'label')).toBe(change)
    expectInStep()
  })
})
