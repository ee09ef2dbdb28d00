/** Corrections in the database: every edit durable and reversible, conflicts told, snapshots that hold the layers. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { correctionState } from '../../../../core/contract/api/corrections.ts'
import type { Edit } from '../../../../core/contract/api/corrections.ts'
import { emptyHistory, historyList, layerToList } from '../../../../core/labelmap/corrections/index.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import type { ImageQuery } from '../../../../core/contract/api/browse.ts'
import { addAnnotation, updateAnnotation } from '../../../../core/project/annotations.ts'
import { openBrowser } from '../../../../core/project/browse/browser.ts'
import { useAnnotation } from '../../../../core/project/browse/measures.ts'
import { imageItem } from '../../../../core/project/browse/image-items.ts'
import { readState } from '../../../../core/project/browse/browse-state.ts'
import {
  applyEdit,
  getCorrections,
  listCorrected,
  readLayers,
  redoEdit,
  undoEdit,
} from '../../../../core/project/corrections/store.ts'
import { addImages, addSplit, listImages } from '../../../../core/project/images.ts'
import { createProject, openProject, type Project } from '../../../../core/project/project.ts'
import { createSnapshot, readSnapshot } from '../../../../core/project/snapshots.ts'
import { perform, someDeed, someMap } from '../../labelmap/corrections/random.ts'

let dir: string
let project: Project
let annotation: string
let image: number
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-corrections-'))
  project = createProject(join(dir, 'p'), { classes: [{ index: 0, name: 'cat' }] })
  addSplit(project, 'train', '/data/train')
  addSplit(project, 'val', '/data/val')
  const row = (path: string) => ({ path, label: 0, width: 8, height: 8 })
  addImages(project, 'train', [row('a.png'), { ...row('b.png'), truth: [0] }, row('c.png')])
  addImages(project, 'val', [row('a.png')])
  annotation = addAnnotation(project, { config: {}, created: '2026-01-01T00:00:00.000Z' }).id
  image = listImages(project)[0]!.id
})
afterEach(() => {
  project.close()
  rmSync(dir, { recursive: true, force: true })
})

const place = () => ({ image, annotation })
function editOf(id: string, logit: number, before: Edit['changes'][number]['before'] = null, cell = 3): Edit {
  return {
    id,
    author: 'Ada',
    created: '2026-01-02T03:04:05.000Z',
    tool: 'brush',
    operation: { kind: 'set', class: 7, to: null, amount: logit, what: null },
    changes: [{ cell, class: 7, before, after: { logit, edit: id } }],
  }
}
const conflict = expect.objectContaining({ code: 'conflict' })

describe('the corrected flag of the browsed annotation', () => {
  it('follows edits, undos and redos of several images, whatever was noted of their neighbours before', async () => {
    updateAnnotation(project, annotation, { status: 'done' })
    await useAnnotation(project, annotation)
    const images = listImages(project).map(row => row.id)
    const flags = () => images.map(id => imageItem(project, { id }).corrected)
    const version = () => readState(project.db).version
    let before = version()
    const changed = (): boolean => {
      const now = version()
      const more = now > before
      before = now
      return more
    }
    for (const [n, id] of images.entries()) {
      applyEdit(project, { extent: null, image: id, annotation, version: 0, edit: editOf(`edit-of-${n}`, 5) })
      expect(changed()).toBe(true)
    }
    expect(flags()).toEqual(images.map(() => true))
    for (const [n, id] of images.entries()) {
      undoEdit(project, { image: id, annotation, version: 1, edit: `edit-of-${n}` })
      expect(changed()).toBe(true)
    }
    expect(flags()).toEqual(images.map(() => false))
    redoEdit(project, { image: images[1]!, annotation, version: 2, edit: 'edit-of-1' })
    expect(flags()).toEqual(images.map((_, n) => n === 1))
    const corrected: ImageQuery = { filter: { corrected: true }, sort: { by: 'name', descending: false } }
    expect(openBrowser(project).count(corrected).total).toBe(1)
  })
})

describe('edits', () => {
  it('are saved, undone, redone, and there after closing', () => {
    expect(getCorrections(project, place())).toEqual({ version: 0, layer: [], history: [] })
    const [first, second] = [
      editOf('edit-first', 5),
      editOf('edit-second', 6.1, { logit: 5, edit: 'edit-first' }),
    ]
    expect(applyEdit(project, { extent: null, ...place(), version: 0, edit: first })).toEqual({ version: 1 })
    expect(applyEdit(project, { extent: null, ...place(), version: 1, edit: second })).toEqual({ version: 2 })
    expect(undoEdit(project, { ...place(), version: 2, edit: 'edit-second' })).toEqual({ version: 3 })
    project.close()
    project = openProject(join(dir, 'p'))
    const state = getCorrections(project, place())
    expect(correctionState.parse(state)).toEqual(state)
    expect(state).toEqual({
      version: 3,
      layer: [{ cell: 3, class: 7, entry: { logit: 5, edit: 'edit-first' } }],
      history: [
        { ...first, undone: false },
        { ...second, undone: true },
      ],
    })
    expect(redoEdit(project, { ...place(), version: 3, edit: 'edit-second' })).toEqual({ version: 4 })
    expect(getCorrections(project, place()).layer[0]!.entry).toEqual({ logit: 6.1, edit: 'edit-second' })
  })

  it('saved twice are saved once', () => {
    const edit = editOf('edit-first', 5)
    applyEdit(project, { extent: null, ...place(), version: 0, edit })
    applyEdit(project, { extent: null, ...place(), version: 1, edit: editOf('edit-other', 1, null, 4) })
    expect(applyEdit(project, { extent: null, ...place(), version: 0, edit })).toEqual({ version: 1 })
    expect(getCorrections(project, place()).version).toBe(2)
    expect(() =>
      applyEdit(project, { extent: null, image: image + 1, annotation, version: 0, edit }),
    ).toThrow(conflict)
  })

  it('that do not fit what is there are refused, and change nothing', () => {
    applyEdit(project, { extent: null, ...place(), version: 0, edit: editOf('edit-first', 5) })
    const before = getCorrections(project, place())
    const refused = [
      () =>
        applyEdit(project, { extent: null, ...place(), version: 0, edit: editOf('edit-late-', 6, null, 9) }),
      () => applyEdit(project, { extent: null, ...place(), version: 1, edit: editOf('edit-wrong', 6) }),
      () => undoEdit(project, { ...place(), version: 0, edit: 'edit-first' }),
      () => undoEdit(project, { ...place(), version: 1, edit: 'edit-other' }),
      () => redoEdit(project, { ...place(), version: 1, edit: 'edit-first' }),
    ]
    for (const step of refused) expect(step).toThrow(conflict)
    expect(refused[0]).toThrow(/version 1.*version 0.*read them again/)
    const forged = editOf('edit-forge', 6, null, 9)
    forged.changes[0]!.after = { logit: 6, edit: 'edit-first' }
    expect(() => applyEdit(project, { extent: null, ...place(), version: 1, edit: forged })).toThrow(
      /in the name of/,
    )
    const extent = { cells: 8, classes: 7 }
    expect(() =>
      applyEdit(project, { extent, ...place(), version: 1, edit: editOf('edit-wide-', 6) }),
    ).toThrow(expect.objectContaining({ code: 'mismatch', detail: { cell: 3, class: 7, ...extent } }))
    expect(getCorrections(project, place())).toEqual(before)
    for (const wrong of [
      { image: 99, annotation },
      { image, annotation: 'a9' },
    ])
      expect(() => getCorrections(project, wrong)).toThrow(expect.objectContaining({ code: 'not-found' }))
  })

  it('that were undone are dropped by a new one, and stay on record', () => {
    applyEdit(project, { extent: null, ...place(), version: 0, edit: editOf('edit-first', 5) })
    undoEdit(project, { ...place(), version: 1, edit: 'edit-first' })
    expect(listCorrected(project, annotation)).toEqual([])
    applyEdit(project, { extent: null, ...place(), version: 2, edit: editOf('edit-second', 6) })
    expect(getCorrections(project, place()).history.map(one => one.id)).toEqual(['edit-second'])
    const states = project.db.prepare('SELECT id, state FROM edits ORDER BY number').all()
    expect(states).toEqual([
      { id: 'edit-first', state: 'dropped' },
      { id: 'edit-second', state: 'done' },
    ])
    expect(() => redoEdit(project, { ...place(), version: 3, edit: 'edit-first' })).toThrow(conflict)
  })

  it('of any sequence leave the same in the database as in memory', () => {
    let number = 0
    fc.assert(
      fc.property(someMap, fc.array(someDeed, { maxLength: 12 }), (map: LabelMap, deeds) => {
        // A fresh annotation each time, so that the image has no corrections yet.
        const here = { image, annotation: addAnnotation(project, { config: {} }).id }
        let history = emptyHistory
        let version = 0
        for (const deed of deeds) {
          const next = perform(map, history, deed, `edit-${String(number++).padStart(6, '0')}`)
          if (next === history) continue
          const step = { ...here, version }
          if (deed.do === 'undo') undoEdit(project, { ...step, edit: history.done.at(-1)!.id })
          else if (deed.do === 'redo') redoEdit(project, { ...step, edit: history.undone[0]!.id })
          else applyEdit(project, { extent: null, ...step, edit: next.done.at(-1)! })
          version++
          history = next
        }
        expect(getCorrections(project, here)).toEqual({
          version,
          layer: layerToList(history.layer),
          history: historyList(history),
        })
      }),
      { numRuns: 15 },
    )
  })

  it('are small, also large ones', () => {
    const changes = Array.from({ length: 50_000 }, (_, i) => ({
      cell: i % 225,
      class: Math.floor(i / 225),
      before: null,
      after: { logit: 1 + (i % 100) / 10, edit: 'edit-large' },
    }))
    applyEdit(project, {
      extent: null,
      ...place(),
      version: 0,
      edit: { ...editOf('edit-large', 1), changes },
    })
    const bytes = project.db
      .prepare("SELECT length(content) FROM edits WHERE id = 'edit-large'")
      .pluck()
      .get()
    expect(bytes).toBeLessThan(300_000)
    expect(getCorrections(project, place()).history[0]!.changes).toEqual(changes)
    expect(listCorrected(project, annotation)).toEqual([
      { image, key: 'train/a.png', version: 1, entries: 50_000 },
    ])
  })

  it('that are damaged in the file are told', () => {
    applyEdit(project, { extent: null, ...place(), version: 0, edit: editOf('edit-first', 5) })
    project.db.prepare('UPDATE corrections SET layer = ?').run(Buffer.from('nonsense'))
    expect(() => readLayers(project, annotation)).toThrow(/corrections of image train\/a\.png is damaged/)
    expect(() => getCorrections(project, place())).toThrow(expect.objectContaining({ code: 'bad-project' }))
  })
})

describe('snapshots', () => {
  const options = () => ({ splits: ['train', 'val'], annotation })

  it('without corrections have the content and id that they always had', () => {
    const id = createSnapshot(project, options())
    const content = [
      JSON.stringify({
        format: 1,
        splits: ['train', 'val'],
        annotation: { id: annotation, created: '2026-01-01T00:00:00.000Z', config: {} },
        classes: [{ index: 0, name: 'cat' }],
      }),
      ...['["train/a.png",0]', '["train/b.png",0,[0]]', '["train/c.png",0]', '["val/a.png",0]'],
    ].join('\n')
    expect(id).toBe(createHash('sha256').update(content).digest('hex').slice(0, 32))
    expect(readSnapshot(project, id).corrections).toEqual(new Map())
    // Undone corrections leave none.
    applyEdit(project, { extent: null, ...place(), version: 0, edit: editOf('edit-first', 5) })
    expect(createSnapshot(project, options())).not.toBe(id)
    undoEdit(project, { ...place(), version: 1, edit: 'edit-first' })
    expect(createSnapshot(project, options())).toBe(id)
  })

  it('hold the layers of their moment', () => {
    applyEdit(project, { extent: null, ...place(), version: 0, edit: editOf('edit-first', 5) })
    const [, second] = listImages(project)
    applyEdit(project, {
      extent: null,
      image: second!.id,
      annotation,
      version: 0,
      edit: editOf('edit-other', -0.1),
    })
    const id = createSnapshot(project, options())
    applyEdit(project, { extent: null, ...place(), version: 1, edit: editOf('edit-later', 9, null, 8) })
    expect(createSnapshot(project, options())).not.toBe(id)
    const { corrections, images } = readSnapshot(project, id)
    expect([...corrections].map(([key, layer]) => [key, layerToList(layer)])).toEqual([
      ['train/a.png', [{ cell: 3, class: 7, entry: { logit: 5, edit: 'edit-first' } }]],
      ['train/b.png', [{ cell: 3, class: 7, entry: { logit: -0.1, edit: 'edit-other' } }]],
    ])
    expect(images[1]).toEqual({ key: 'train/b.png', label: 0, truth: [0] })
    const stored = project.db
      .prepare<[string], Buffer>('SELECT content FROM snapshots WHERE id = ?')
      .pluck()
      .get(id)
    const lines = zstdDecompressSync(stored as Buffer)
      .toString()
      .split('\n')
    expect(lines[0]).toMatch(/^\{"format":2,/)
    expect(lines.slice(3)).toEqual(['["train/c.png",0]', '["val/a.png",0]'])
    // Other splits, another annotation, or none: not theirs.
    expect(
      readSnapshot(project, createSnapshot(project, { splits: ['val'], annotation })).corrections.size,
    ).toBe(0)
    expect(
      readSnapshot(project, createSnapshot(project, { ...options(), annotation: null })).corrections.size,
    ).toBe(0)
    expect([...readLayers(project, annotation, ['train/b.png']).keys()]).toEqual(['train/b.png'])
  })
})
