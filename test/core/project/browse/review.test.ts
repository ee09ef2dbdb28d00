/** Marks, one and many, their undoing, the sessions; saved views; measures of several annotations. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ImageQuery } from '../../../../core/contract/api/browse.ts'
import { addAnnotation } from '../../../../core/project/annotations.ts'
import { openBrowser } from '../../../../core/project/browse/browser.ts'
import {
  browsedAnnotation,
  measuredCount,
  useAnnotation,
  writeMeasures,
} from '../../../../core/project/browse/measures.ts'
import { imageItem } from '../../../../core/project/browse/image-items.ts'
import { markReview, reviewProgress } from '../../../../core/project/browse/review.ts'
import { listViews, removeView, saveView } from '../../../../core/project/browse/saved-views.ts'
import { addImages, addSplit } from '../../../../core/project/images.ts'
import { createProject, openProject, type Project } from '../../../../core/project/project.ts'

let dir: string
let project: Project
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-review-'))
  project = createProject(join(dir, 'p'), {
    classes: [0, 1, 2].map(index => ({ index, name: `class ${index}` })),
  })
  addSplit(project, 'train', dir)
  addSplit(project, 'val', dir)
  addImages(project, 'train', rows(1500))
  addImages(project, 'val', [...rows(3), { ...rows(1)[0]!, path: 'bad.png', problem: 'it is empty' }])
})
afterEach(() => {
  project.close()
  rmSync(dir, { recursive: true, force: true })
})

const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    path: `c/${String(index).padStart(5, '0')}.png`,
    label: index % 3,
    width: 8,
    height: 8,
  }))
const byName = { by: 'name', descending: false } as const
const query = (filter: ImageQuery['filter']): ImageQuery => ({ filter, sort: byName })
const minute = 60_000
const facts = (image: number, top: number) => ({
  image,
  top,
  confidence: 0.5,
  margin: 0.2,
  entropy: 0.4,
  listed: true,
})

describe('marks', () => {
  it('tell what was said before, so that they can be taken back', () => {
    expect(markReview(project, { ids: [3, 1, 3] }, 'accepted')).toEqual({
      changed: 2,
      before: [
        { id: 1, state: 'none' },
        { id: 3, state: 'none' },
      ],
    })
    expect(markReview(project, { ids: [1, 2] }, 'flagged').before).toEqual([
      { id: 1, state: 'accepted' },
      { id: 2, state: 'none' },
    ])
    expect(markReview(project, { ids: [1] }, 'flagged')).toEqual({ changed: 0, before: [] })
    expect(markReview(project, { ids: [999_999] }, 'flagged')).toEqual({ changed: 0, before: [] })
    expect(imageItem(project, { id: 1 }).review).toBe('flagged')
    markReview(project, { ids: [1] }, 'none')
    expect(imageItem(project, { key: 'train/c/00000.png' }).review).toBe('none')
  })

  it('reach all of a query but some, at once', () => {
    const { changed, before } = markReview(
      project,
      { query: query({ splits: ['train'], text: 'C/0' }), except: [1, 2] },
      'skipped',
    )
    expect({ changed, before }).toEqual({ changed: 1498, before: null })
    const browser = openBrowser(project)
    expect(browser.ids(query({ review: ['none'], splits: ['train'] }), 0, 10)).toEqual([1, 2])
    const some = markReview(
      project,
      { query: query({ review: ['skipped'], classes: [0] }), except: [] },
      'none',
    )
    expect(some.changed).toBe(499)
    expect(some.before).toHaveLength(499)
    expect(browser.count(query({ review: ['skipped'] })).total).toBe(999)
  })

  it('change the version that a reader beside the writer sees', () => {
    const reader = openProject(join(dir, 'p'), { readonly: true })
    const browser = openBrowser(reader)
    const before = browser.count(query({ review: ['fixed'] }))
    expect(before.total).toBe(0)
    markReview(project, { ids: [7] }, 'fixed')
    const after = browser.count(query({ review: ['fixed'] }))
    expect(after.total).toBe(1)
    expect(after.version).not.toBe(before.version)
    expect(browser.version()).toBe(after.version)
    expect(() => markReview(reader, { ids: [1] }, 'fixed')).toThrow(/read-only/)
    reader.close()
  })

  it('survive later imports, after which only what depends on a new label is unknown', async () => {
    markReview(project, { ids: [2] }, 'accepted')
    const { id } = addAnnotation(project, { config: 1 })
    await useAnnotation(project, id)
    writeMeasures(project, id, [facts(2, 0), facts(3, 2)])
    addImages(project, 'train', [
      { path: 'a/first.png', label: null, width: 1, height: 1 },
      { ...rows(3)[1]!, label: 2 },
    ])
    expect(imageItem(project, { id: 2 })).toMatchObject({
      label: 2,
      review: 'accepted',
      facts: { top: 0, listed: null },
    })
    expect(imageItem(project, { id: 3 }).facts).not.toBeNull()
    const browser = openBrowser(project)
    expect(browser.page(query({}), 0, 1).items[0]!.key).toBe('train/a/first.png')
    expect(browser.place(query({}), 2).offset).toBe(2)
    expect(browser.count(query({ text: 'FIRST' })).total).toBe(1)
  })
})

describe('progress', () => {
  it('counts usable images by state and splits', () => {
    markReview(project, { ids: [1501, 1504] }, 'accepted')
    expect(reviewProgress(project)).toMatchObject({ total: 1503, counts: { none: 1502, accepted: 1 } })
    expect(reviewProgress(project, ['val'])).toMatchObject({
      total: 3,
      counts: { none: 2, accepted: 1, fixed: 0, skipped: 0, flagged: 0 },
    })
  })

  it('tells sessions apart by breaks of more than half an hour, newest first', () => {
    const start = Date.UTC(2026, 0, 5, 8)
    const at = (minutes: number): number => start + minutes * minute
    const moment = (minutes: number): string => new Date(at(minutes)).toISOString()
    markReview(project, { ids: [1] }, 'accepted', at(0))
    markReview(project, { ids: [2, 3] }, 'fixed', at(30))
    markReview(project, { ids: [3] }, 'none', at(45)) // taking back is not a mark
    markReview(project, { ids: [4] }, 'flagged', at(60.1))
    markReview(project, { ids: [5] }, 'flagged', at(60.1))
    expect(reviewProgress(project).sessions).toEqual([
      { began: moment(60.1), ended: moment(60.1), marks: 2 },
      { began: moment(0), ended: moment(30), marks: 3 },
    ])
    for (let hour = 2; hour < 60; hour++) markReview(project, { ids: [hour] }, 'skipped', at(hour * 60))
    expect(reviewProgress(project).sessions).toHaveLength(50)
  })
})

describe('views', () => {
  it('are kept by name, whatever the name', () => {
    const name = `'; DROP TABLE views; -- "%_\u202E`
    saveView(project, 'b', query({ disagree: true }))
    saveView(project, name, query({ text: name }))
    const list = saveView(project, 'b', query({ corrected: true }))
    expect(list.map(view => [view.name, view.query.filter])).toEqual([
      [name, { text: name }],
      ['b', { corrected: true }],
    ])
    expect(removeView(project, list[1]!.id).map(view => view.name)).toEqual([name])
    expect(() => removeView(project, 12345)).toThrow(/no saved view/)
    project.db.prepare("INSERT INTO views (name, query) VALUES ('foreign', '{\"filter\":7}')").run()
    expect(listViews(project)).toHaveLength(1)
  })
})

describe('measures', () => {
  it('of several annotations dispute each other, and those of the current one are browsed', async () => {
    const [a, b, c] = [1, 2, 3].map(config => addAnnotation(project, { config }).id) as [
      string,
      string,
      string,
    ]
    expect(browsedAnnotation(project)).toBeNull()
    await useAnnotation(project, a)
    writeMeasures(project, a, [facts(1, 0), facts(2, 1)])
    const alone = imageItem(project, { id: 1 }).facts!
    expect(alone).toMatchObject({ top: 0, disputed: 0, listed: true })
    writeMeasures(project, b, [facts(1, 2)])
    writeMeasures(project, c, [facts(1, 0)])
    const disputed = imageItem(project, { id: 1 }).facts!
    expect(disputed.disputed).toBe(0.5)
    expect(disputed.score).toBeGreaterThan(alone.score)
    expect(measuredCount(project, a)).toBe(2)
    const browser = openBrowser(project)
    const review = { filter: {}, sort: { by: 'review', descending: true } } as const
    expect(browser.ids(review, 0, 3)).toEqual([1, 2, 3])
    await useAnnotation(project, b)
    expect(browsedAnnotation(project)).toBe(b)
    expect(imageItem(project, { id: 1 }).facts).toMatchObject({ top: 2, disputed: 1 })
    expect(browser.count(query({ disagree: true })).total).toBe(1)
    expect(browser.count(query({ disagree: false })).total).toBe(0)
    writeMeasures(project, b, [facts(1, 0)])
    expect(browser.count(query({ disagree: false })).total).toBe(1)
    expect(imageItem(project, { id: 1 }).facts!.disputed).toBe(0)
  })

  it('are refused where they cannot be', async () => {
    const { id } = addAnnotation(project, { config: 1 })
    expect(() => writeMeasures(project, id, [{ ...facts(1, 0), confidence: NaN }])).toThrow(
      /confidence of image 1/,
    )
    expect(() => writeMeasures(project, id, [facts(1, 0), facts(99_999, 0)])).toThrow(
      /no image with the id 99999/,
    )
    expect(measuredCount(project, id)).toBe(0)
    expect(() => writeMeasures(project, 'a99', [])).toThrow(/no annotation "a99"/)
    await expect(useAnnotation(project, 'x')).rejects.toThrow(/no annotation "x"/)
    expect(() => imageItem(project, { key: 'train/none' })).toThrow(/no image "train\/none"/)
  })
})
