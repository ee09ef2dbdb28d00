/** Facts of snapshots: the same counts that reading them whole gives, and damage told. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { addAnnotation } from '../../../core/project/annotations.ts'
import { applyEdit } from '../../../core/project/corrections/store.ts'
import { addImages, addSplit, listImages } from '../../../core/project/images.ts'
import { changeEach } from '../../../core/project/labels/change.ts'
import { createProject, type Project } from '../../../core/project/project.ts'
import { snapshotFacts } from '../../../core/project/snapshot-facts.ts'
import { createSnapshot, readSnapshot } from '../../../core/project/snapshots.ts'

let dir: string
let project: Project
let annotation: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-facts-'))
  project = createProject(join(dir, 'p'), { classes: [{ index: 0, name: 'a "]\n[b' }] })
  addSplit(project, 'train', '/data/train')
  addSplit(project, 'val', '/data/val')
  const row = (path: string) => ({ path, label: 0, width: 8, height: 8 })
  const odd = ['a"]\n.png', '"].png', 'c.png'].map(row)
  addImages(project, 'train', [...odd, { ...row('d.png'), truth: [0] }, { ...row('e.png'), label: null }])
  addImages(project, 'val', [row('a.png'), { ...row('bad.png'), problem: 'the file is empty' }])
  annotation = addAnnotation(project, { config: {}, created: '2026-01-01T00:00:00.000Z' }).id
})
afterEach(() => {
  project.close()
  rmSync(dir, { recursive: true, force: true })
})

function correct(image: number): void {
  const id = `edit-of-${image}`
  applyEdit(project, {
    extent: null,
    image,
    annotation,
    version: 0,
    edit: {
      id,
      author: 'Ada',
      created: '2026-01-02T03:04:05.000Z',
      tool: 'brush',
      operation: { kind: 'set', class: 7, to: null, amount: 5, what: null },
      changes: [{ cell: 3, class: 7, before: null, after: { logit: 5, edit: id } }],
    },
  })
}

it('agree with the snapshot read whole, however the images are named', () => {
  const came = new Map(listImages(project).map(image => [image.key, image.label]))
  const ids = listImages(project).map(image => image.id)
  for (const splits of [['train'], ['val'], ['train', 'val']])
    for (const of of [annotation, null])
      for (const fixed of [[], [ids[1]!], [ids[0]!, ids[4]!, ids[5]!]]) {
        for (const image of fixed) if (listed(image) === 0) correct(image)
        // The label of the second image is another one in every other snapshot.
        const label = fixed.length === 1 ? null : 0
        changeEach(project, { field: 'label', author: 'Ada', values: [[ids[1]!, label]] })
        const id = createSnapshot(project, { splits, annotation: of })
        const whole = readSnapshot(project, id)
        expect(snapshotFacts(project, id)).toEqual({
          splits,
          annotation: of,
          images: whole.images.length,
          corrected: whole.corrections.size,
          changed: whole.images.filter(image => came.get(image.key) !== image.label).length,
        })
      }
  function listed(image: number): number {
    return project.db
      .prepare<[number], number>('SELECT count(*) FROM edits WHERE image = ?')
      .pluck()
      .get(image)!
  }
})

it('fail for a snapshot that is not there or damaged, and are read once', () => {
  expect(() => snapshotFacts(project, 'nothing')).toThrow(expect.objectContaining({ code: 'not-found' }))
  const id = createSnapshot(project, { splits: ['train'], annotation })
  const other = createSnapshot(project, { splits: ['val'], annotation })
  const facts = snapshotFacts(project, id)
  project.db.prepare('UPDATE snapshots SET content = ?').run(Buffer.from('no content'))
  expect(snapshotFacts(project, id)).toEqual(facts)
  expect(() => snapshotFacts(project, other)).toThrow(new RegExp(`snapshot ${other}`))
})
