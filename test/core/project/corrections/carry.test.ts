/** All corrections of an annotation on another: previewed, saved once, undoable, and the rest goes on where one fails. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLabelMaps } from '../../../../core/labelmap/files/index.ts'
import { getAnnotation } from '../../../../core/project/annotations.ts'
import {
  carryCorrections,
  idCarried,
  type CarriedImage,
  type OpenAnnotation,
} from '../../../../core/project/corrections/carry.ts'
import { carryTotals, type CarryTotals } from '../../../../core/project/corrections/carry-totals.ts'
import { editId } from '../../../../core/contract/api/corrections.ts'
import { getCorrections, listCorrected, undoEdit } from '../../../../core/project/corrections/store.ts'
import { openProject, type Project } from '../../../../core/project/project.ts'
import { correct, dogOfNine, notGhost, twoAnnotations } from './two-annotations.ts'

let dir: string
let project: Project
let images: Record<string, number>
let a1: OpenAnnotation
let a2: OpenAnnotation
const state = (image: number, annotation = 'a2') => getCorrections(project, { image, annotation })
function carried(save: boolean, from = a1, to = a2): { all: CarriedImage[]; totals: CarryTotals } {
  const sum = carryTotals(project, { from, to })
  const all = [...carryCorrections(project, { from, to, save })]
  all.forEach(sum.add)
  return { all, totals: sum.totals() }
}

describe('carrying corrections', () => {
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'relabel-carry-'))
    ;({ project, images } = await twoAnnotations(dir))
    const open = async (id: string): Promise<OpenAnnotation> => ({
      id,
      reader: await openLabelMaps(getAnnotation(project, id).dir),
    })
    a1 = await open('a1')
    a2 = await open('a2')
  })
  afterEach(async () => {
    await a1.reader.close()
    await a2.reader.close()
    project.close()
    rmSync(dir, { recursive: true, force: true })
  })

  it('shows what it would do, does that, durably, and nothing a second time', () => {
    const edit = correct(
      project,
      { image: images['a']!, annotation: 'a1', id: 'edit-0001' },
      dogOfNine,
      [0, 1],
    )
    correct(project, { image: images['b']!, annotation: 'a1', id: 'edit-0002' }, notGhost, [0])
    const preview = carried(false)
    expect(state(images['a']!).history).toEqual([])
    expect(preview.totals).toEqual({
      corrected: 2,
      images: 1,
      edits: 1,
      cells: 8,
      leaders: [{ from: 'fox', to: 'dog', cells: 8 }],
      leftOut: [{ reason: 'no-class', class: 'ghost', edits: 1 }],
      first: [{ key: 'train/a.png', edits: 1, cells: 8 }],
      failed: 0,
      problems: [],
    })
    expect(carried(true)).toEqual(preview)

    project.close()
    project = openProject(join(dir, 'p'))
    const { history, layer, version } = state(images['a']!)
    const saved = history[0]!
    expect(saved).toEqual({ ...edit, id: 'edit-0001-to-a2', undone: false, changes: saved.changes })
    expect(saved.changes.every(({ after }) => after?.edit === saved.id)).toBe(true)
    expect([...new Set(layer.map(one => one.cell))]).toEqual([0, 1, 2, 3, 4, 5, 6, 7])

    const again = carried(true)
    expect(again.totals).toMatchObject({ images: 0, edits: 0, cells: 0 })
    expect(again.totals.leftOut).toContainEqual({ reason: 'carried', class: null, edits: 1 })
    expect(state(images['a']!).version).toBe(version)

    // What a person undid does not come back either.
    undoEdit(project, { image: images['a']!, annotation: 'a2', version, edit: saved.id })
    expect(carried(true).totals.edits).toBe(0)
    expect(state(images['a']!).layer).toEqual([])
  })

  it('goes on where an image has no map there, or a correction that does not fit', () => {
    for (const [n, letter] of ['a', 'c', 'd'].entries())
      correct(project, { image: images[letter]!, annotation: 'a1', id: `edit-000${n}` }, dogOfNine, [n])
    const { all, totals } = carried(true)
    expect(all.map(one => [one.key, one.edits, one.problem?.code ?? null])).toEqual([
      ['train/a.png', 1, null],
      ['train/c.png', 0, 'not-found'],
      ['train/d.png', 1, null],
    ])
    expect(totals).toMatchObject({ images: 2, failed: 1 })
    expect(totals.problems[0]?.message).toContain('a2 has no label map of train/c.png')
  })

  it('keeps what was corrected there, and brings nothing back to where it came from', () => {
    correct(project, { image: images['a']!, annotation: 'a1', id: 'edit-0001' }, dogOfNine, [0])
    const cat = { ...dogOfNine, class: 0 }
    correct(project, { image: images['a']!, annotation: 'a2', id: 'edit-0002' }, cat, [15])
    carried(true)
    expect(state(images['a']!).history.map(one => one.id)).toEqual(['edit-0002', 'edit-0001-to-a2'])
    const back = carried(true, a2, a1)
    expect(back.all.map(one => one.leftOut)).toEqual([
      [{ edit: 'edit-0001-to-a2', reason: 'carried', class: null }],
    ])
    expect(state(images['a']!, 'a1').history.map(one => one.id)).toEqual(['edit-0001', 'edit-0002-to-a1'])
  })

  it('reads corrected images page by page, each once', () => {
    for (const [n, letter] of ['a', 'b', 'd'].entries())
      correct(project, { image: images[letter]!, annotation: 'a1', id: `edit-000${n}` }, dogOfNine, [0])
    const all = listCorrected(project, 'a1')
    expect(listCorrected(project, 'a1', { after: 0, most: 2 })).toEqual(all.slice(0, 2))
    expect(listCorrected(project, 'a1', { after: all[1]!.image, most: 2 })).toEqual(all.slice(2))
  })

  it('refuses to carry to the same annotation', () => {
    expect(() => carried(true, a1, a1)).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})

describe('the id of a carried edit', () => {
  it('is that of the edit that a person made, and an allowed one, however often it is carried', () => {
    expect(idCarried(idCarried('edit-0001', 'a2'), 'a3')).toBe('edit-0001-to-a3')
    for (const length of [8, 36, 60, 64]) {
      const id = idCarried('x'.repeat(length), 'a12345')
      expect(editId.safeParse(id).success).toBe(true)
      expect(idCarried('x'.repeat(length - 1) + 'y', 'a12345')).not.toBe(id)
    }
  })
})
