/** Images, annotations, runs and snapshots in the database. */
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  addAnnotation,
  getAnnotation,
  listAnnotations,
  updateAnnotation,
} from '../../../core/project/annotations.ts'
import {
  addImages,
  addSplit,
  findImage,
  getImage,
  listImages,
  listSplits,
} from '../../../core/project/images.ts'
import { createProject, openProject, type Project } from '../../../core/project/project.ts'
import { addRun, getRun, listRuns, updateRun } from '../../../core/project/runs.ts'
import { createSnapshot, readSnapshot } from '../../../core/project/snapshots.ts'

let dir: string
let project: Project
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-tables-'))
  project = createProject(join(dir, 'p'), {
    classes: ['cat', 'dog', 'owl'].map((name, index) => ({ index, name })),
  })
})
afterEach(() => {
  project.close()
  rmSync(dir, { recursive: true, force: true })
})

const image = (path: string, label: number | null, extra: object = {}) => ({
  path,
  label,
  width: 30,
  height: 20,
  ...extra,
})

function fill(): void {
  addSplit(project, 'train', '/data/train')
  addSplit(project, 'test', join(project.dir, 'images', 'test'))
  addImages(project, 'train', [
    image('dog/b.png', 1, { truth: [1, 2], boxes: [{ class: 2, box: [0, 0, 5, 6] }] }),
    image('cat/a.png', 0),
    image('cat/bad.png', 0, { width: 0, height: 0, problem: 'the file is empty' }),
  ])
  addImages(project, 'test', [image('cat/a.png', 0)])
}

describe('images', () => {
  it('come back ordered by path with key, file and truth', () => {
    fill()
    const rows = listImages(project)
    expect(rows.map(row => row.key)).toEqual([
      'train/cat/a.png',
      'train/cat/bad.png',
      'train/dog/b.png',
      'test/cat/a.png',
    ])
    expect(rows.map(row => row.id)).toEqual([1, 2, 3, 4])
    expect(rows[2]).toMatchObject({ truth: [1, 2], boxes: [{ class: 2, box: [0, 0, 5, 6] }], problem: null })
    expect(rows[2]?.file).toBe('/data/train/dog/b.png')
    expect(rows[3]?.file).toBe(join(project.dir, 'images/test/cat/a.png'))
    expect(listImages(project, { split: 'train', usable: true }).map(row => row.path)).toEqual([
      'cat/a.png',
      'dog/b.png',
    ])
    expect(() => listImages(project, { split: 'val' })).toThrow(/no split "val"; it has train, test/)
  })

  it('are found by key, and keep their id when added again', () => {
    fill()
    expect(findImage(project, 'train/dog/b.png')?.id).toBe(3)
    expect(findImage(project, 'train/none.png')).toBeUndefined()
    addImages(project, 'train', [image('dog/b.png', 2)])
    expect(findImage(project, 'train/dog/b.png')).toMatchObject({ id: 3, label: 2, truth: null })
  })

  it('inside the project move with it', () => {
    fill()
    project.close()
    renameSync(join(dir, 'p'), join(dir, 'q'))
    project = openProject(join(dir, 'q'))
    expect(listSplits(project)).toEqual([
      { name: 'train', folder: '/data/train' },
      { name: 'test', folder: join(dir, 'q/images/test') },
    ])
  })

  it.each(['../outside.png', '/etc/passwd', 'cat/../../x.png', 'C:\\x.png', ''])(
    'may not leave their folder: %s',
    path => {
      fill()
      expect(() => addImages(project, 'train', [image(path, 0)])).toThrow(/out of its folder/)
      project.db.prepare('UPDATE images SET path = ? WHERE id = 1').run(path)
      expect(listImages(project).map(row => row.id)).not.toContain(1)
      expect(() => getImage(project, 1)).toThrow(/row 1 of the table "images".*out of its folder/)
    },
  )

  it('are added all or not at all', () => {
    fill()
    expect(() => addImages(project, 'train', [image('owl/1.png', 2), image('owl/2.png', 99)])).toThrow()
    expect(listImages(project)).toHaveLength(4)
  })

  it('belong to a split with one folder and a plain name', () => {
    fill()
    expect(() => addSplit(project, 'train', '/elsewhere')).toThrow(/already/)
    expect(() => addSplit(project, 'a/b', '/elsewhere')).toThrow(/not a name for a split/)
  })
})

describe('annotations', () => {
  it('get a folder of their own and a state', () => {
    const first = addAnnotation(project, { config: { topK: 5 } })
    const second = addAnnotation(project, { config: { topK: 10 }, created: '2026-01-02T03:04:05.000Z' })
    expect(existsSync(first.dir)).toBe(true)
    expect([first.id, second.id]).toEqual(['a1', 'a2'])
    expect(() => getAnnotation(project)).toThrow(/no finished annotation/)
    updateAnnotation(project, 'a1', { status: 'done', manifest: { topK: 5 } })
    expect(getAnnotation(project)).toMatchObject({ id: 'a1', status: 'done', manifest: { topK: 5 } })
    expect(listAnnotations(project).map(row => row.status)).toEqual(['done', 'running'])
    expect(getAnnotation(project, 'a2').created).toBe('2026-01-02T03:04:05.000Z')
    expect(() => getAnnotation(project, 'a3')).toThrow(/a1 \(done\), a2 \(running\)/)
    expect(() => updateAnnotation(project, 'a9', { status: 'done' })).toThrow(/no annotation/)
  })
})

describe('snapshots and runs', () => {
  it('name equal content equally, and survive later changes', () => {
    fill()
    const id = createSnapshot(project, { splits: ['train'], annotation: null })
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(createSnapshot(project, { splits: ['train'], annotation: null })).toBe(id)
    expect(createSnapshot(project, { splits: ['test'], annotation: null })).not.toBe(id)
    addImages(project, 'train', [image('cat/a.png', 2)])
    expect(createSnapshot(project, { splits: ['train'], annotation: null })).not.toBe(id)
    expect(readSnapshot(project, id)).toEqual({
      id,
      splits: ['train'],
      annotation: null,
      classes: project.classes,
      images: [
        { key: 'train/cat/a.png', label: 0, truth: null },
        { key: 'train/dog/b.png', label: 1, truth: [1, 2] },
      ],
      corrections: new Map(),
    })
    project.db.prepare('UPDATE snapshots SET content = (SELECT content FROM snapshots WHERE id <> ?)').run(id)
    expect(() => readSnapshot(project, id)).toThrow(/damaged/)
  })

  it('are compact: 20,000 images take under 5 bytes each', () => {
    addSplit(project, 'train', '/data')
    addImages(
      project,
      'train',
      Array.from({ length: 20_000 }, (_, i) =>
        image(`cat/${String(i).padStart(7, '0')}.png`, i % 3, { width: i % 7 }),
      ),
    )
    const id = createSnapshot(project, { splits: ['train'], annotation: null })
    const bytes = project.db.prepare('SELECT length(content) FROM snapshots WHERE id = ?').pluck().get(id)
    expect(bytes).toBeLessThan(100_000)
    expect(readSnapshot(project, id).images).toHaveLength(20_000)
  })

  it('runs keep configuration, state and metrics', () => {
    fill()
    const { id: annotation } = addAnnotation(project, { config: {} })
    const snapshot = createSnapshot(project, { splits: ['train'], annotation })
    const run = addRun(project, { kind: 'train', config: { seed: 1 }, snapshot })
    expect(existsSync(run.dir)).toBe(true)
    updateRun(project, run.id, { metrics: { loss: 1.5 } })
    updateRun(project, run.id, { status: 'done' })
    expect(getRun(project, 'r1')).toMatchObject({
      status: 'done',
      metrics: { loss: 1.5 },
      config: { seed: 1 },
      snapshot,
    })
    expect(listRuns(project)).toHaveLength(1)
    expect(() => getRun(project, 'r7')).toThrow(/it has r1/)
    expect(() => addRun(project, { kind: 'train', config: 1, snapshot: 'none' })).toThrow(/no snapshot/)
  })
})
