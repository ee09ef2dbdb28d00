/** Switching annotations slice by slice: what is shown meanwhile, what else may happen, and going on after a kill. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ImageFilter } from '../../../../core/contract/api/browse.ts'
import { addAnnotation } from '../../../../core/project/annotations.ts'
import { openBrowser, type Browser } from '../../../../core/project/browse/browser.ts'
import {
  browsedAnnotation,
  finishAnnotation,
  useAnnotation,
  writeMeasures,
} from '../../../../core/project/browse/measures.ts'
import { beginSwitch, switchSlice } from '../../../../core/project/browse/switch-annotation.ts'
import { rebuildBrowse } from '../../../../core/project/browse/rebuild.ts'
import { markReview } from '../../../../core/project/browse/review.ts'
import { readState } from '../../../../core/project/browse/browse-state.ts'
import { transaction } from '../../../../core/project/database/connection.ts'
import { addImages, addSplit } from '../../../../core/project/images.ts'
import { createProject, openProject, type Project } from '../../../../core/project/project.ts'

const count = 9000
let dir: string
let project: Project
let first: string
let second: string
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-fill-'))
  project = createProject(join(dir, 'p'), { classes: [0, 1, 2].map(index => ({ index, name: `c${index}` })) })
  addSplit(project, 'train', dir)
  const paths = Array.from({ length: count }, (_, index) => `${String(index).padStart(5, '0')}.png`)
  addImages(
    project,
    'train',
    paths.map(path => ({ path, label: 0, width: 1, height: 1, problem: null })),
  )
  first = addAnnotation(project, { config: 1 }).id
  second = addAnnotation(project, { config: 2 }).id
  await useAnnotation(project, first)
  writeMeasures(project, first, measures(1))
  writeMeasures(project, second, measures(2))
})
afterEach(() => {
  project.close()
  rmSync(dir, { recursive: true, force: true })
})

const measures = (top: number) =>
  Array.from({ length: count }, (_, index) => ({
    image: index + 1,
    top,
    confidence: top / 4,
    margin: 0.1,
    entropy: 0.2,
    listed: true,
  }))

const sort = { by: 'name', descending: false } as const
const total = (browser: Browser, filter: ImageFilter): number => browser.count({ filter, sort }).total

/** Begins the switch and brings in the first 3000 images, as far as a kill let it come. */
function begin(): void {
  transaction(project.db, () => beginSwitch(project.db, Number(second.slice(1))))
  transaction(project.db, () => switchSlice(project.db, 3000))
}

const rows = (): unknown[] =>
  ['browse', 'browse_tally WHERE images > 0'].map(table => project.db.prepare(`SELECT * FROM ${table}`).all())

describe('a switch of annotations', () => {
  it('shows no former measures, from its first moment on', () => {
    const reader = openProject(join(dir, 'p'), { readonly: true })
    const [ahead, late] = [openBrowser(reader), openBrowser(reader)]
    while (ahead.warm());
    expect(total(ahead, { predicted: [1] })).toBe(count)
    begin()
    expect(browsedAnnotation(project)).toBe(second)
    for (const browser of [ahead, late]) {
      expect(total(browser, { predicted: [1] })).toBe(0)
      expect(total(browser, { predicted: [2] })).toBe(3000)
      expect(total(browser, { disagree: true })).toBe(3000)
      expect(total(browser, { listed: true })).toBe(3000)
      expect(total(browser, { confidence: [0, 1] })).toBe(3000)
      const { confidence, predicted } = browser.histograms({})
      expect(confidence.reduce((a, b) => a + b)).toBe(3000)
      expect(predicted).toEqual([{ value: 2, count: 3000 }])
      const order = { filter: {}, sort: { by: 'confidence', descending: false } } as const
      expect(browser.place(order, 3000).next).toBe(3001)
    }
    const marked = markReview(project, { query: { filter: { disagree: true }, sort }, except: [] }, 'skipped')
    expect(marked.changed).toBe(3000)
    reader.close()
  })

  it('goes on when the project is opened again, with what happened meanwhile', async () => {
    begin()
    markReview(project, { ids: [1, 8000] }, 'flagged')
    addImages(project, 'train', [{ path: 'z.png', label: 1, width: 1, height: 1, problem: null }])
    writeMeasures(project, second, [{ ...measures(0)[0]!, image: 8500 }])
    project.close()
    project = openProject(join(dir, 'p'))
    let slices = 0
    await finishAnnotation(project, () => slices++)
    expect(slices).toBeGreaterThan(1)
    expect(readState(project.db).filled).toBeNull()
    const browser = openBrowser(project)
    expect(total(browser, { predicted: [2] })).toBe(count - 1)
    expect(total(browser, { predicted: [0], disagree: false })).toBe(1)
    expect(total(browser, { review: ['flagged'] })).toBe(2)
    const found = rows()
    transaction(project.db, () => rebuildBrowse(project.db))
    expect(found).toEqual(rows())
  })

  it('turns to the newest where it is switched again, and stops where the project is closed', async () => {
    const one = useAnnotation(project, second)
    await Promise.all([one, useAnnotation(project, first)])
    expect(total(openBrowser(project), { predicted: [1] })).toBe(count)
    const other = useAnnotation(project, second, () => project.close())
    await other
    project = openProject(join(dir, 'p'))
    expect(browsedAnnotation(project)).toBe(second)
    expect(readState(project.db).filled).not.toBeNull()
  })
})

describe('reading ahead', () => {
  it('restarts a half-finished sort when a value changed', () => {
    const reader = openProject(join(dir, 'p'), { readonly: true })
    const order = { filter: {}, sort: { by: 'confidence', descending: false } } as const
    let steps = 0
    for (let more = true; more; steps++) {
      const ahead = openBrowser(reader)
      for (let i = 0; i < steps && more; i++) more = ahead.warm()
      writeMeasures(project, first, [
        { ...measures(1)[0]!, image: 1 + steps, confidence: 0.2 - steps / 1000 },
      ])
      more &&= ahead.warm()
      expect(ahead.ids(order, 0, 100)).toEqual(openBrowser(reader).ids(order, 0, 100))
    }
    // Names, columns, and three sorts of several passes each.
    expect(steps).toBeGreaterThan(10)
    reader.close()
  })
})
