/** Rows that are not what the program writes: each names itself, and every other row is given as before. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addAnnotation, getAnnotation, listAnnotations } from '../../../../core/project/annotations.ts'
import { openBrowser } from '../../../../core/project/browse/browser.ts'
import { listViews, saveView } from '../../../../core/project/browse/saved-views.ts'
import { applyEdit, getCorrections, listCorrected } from '../../../../core/project/corrections/store.ts'
import { damageNoted } from '../../../../core/project/database/damage.ts'
import { addImages, addSplit, getImage, listImages, listSplits } from '../../../../core/project/images.ts'
import { addJob, getJob, listJobs, nextJob } from '../../../../core/project/jobs.ts'
import { createProject, openProject, type Project } from '../../../../core/project/project.ts'
import { addRun, getRun, listRuns, snapshotHeads } from '../../../../core/project/runs.ts'
import { createSnapshot } from '../../../../core/project/snapshots.ts'
import { openOutside } from '../outside.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-rows-'))
  const project = createProject(join(dir, 'p'), {
    classes: [
      { index: 0, name: 'cat' },
      { index: 1, name: 'dog' },
    ],
  })
  for (const split of ['train', 'val']) {
    addSplit(project, split, `/data/${split}`)
    addImages(
      project,
      split,
      ['a.png', 'b.png', 'c.png'].map(path => ({
        path,
        label: 0,
        width: 8,
        height: 8,
        truth: path === 'b.png' ? [0, 1] : null,
        boxes:
          path === 'b.png' ? [{ class: 1, box: [0, 0, 4, 4] as [number, number, number, number] }] : null,
      })),
    )
  }
  addAnnotation(project, { config: { split: 'train' } })
  addAnnotation(project, { config: { split: 'val' } })
  for (const splits of [['train'], ['val']])
    addRun(project, {
      kind: 'train',
      config: {},
      snapshot: createSnapshot(project, { splits, annotation: null }),
    })
  addJob(project, { kind: 'self-test' }, 'a key')
  addJob(project, { kind: 'score', annotation: 'a1' }, 'a key')
  saveView(project, 'first', query)
  saveView(project, 'second', query)
  for (const image of [1, 2]) applyEdit(project, { extent: null, ...editOf(image) })
  project.close()
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const query = { filter: {}, sort: { by: 'name' as const, descending: false } }
function editOf(image: number) {
  const id = `edit-of-${image}`
  return {
    image,
    annotation: 'a1',
    version: 0,
    edit: {
      id,
      author: 'Ada',
      created: '2026-01-02T03:04:05.000Z',
      tool: 'brush' as const,
      operation: { kind: 'set' as const, class: 7, to: null, amount: 5, what: null },
      changes: [{ cell: 3, class: 7, before: null, after: { logit: 5, edit: id } }],
    },
  }
}

/** Everything that can be listed, by table and key. */
function everything(project: Project): Map<string, unknown> {
  const found = new Map<string, unknown>()
  const add = <T>(table: string, rows: readonly T[], key: (row: T) => number | string): void => {
    for (const row of rows) found.set(`${table} ${key(row)}`, row)
  }
  const number = (id: string): string => id.slice(1)
  add('splits', listSplits(project), row => row.name)
  add('images', listImages(project), row => row.id)
  add('annotations', listAnnotations(project), row => number(row.id))
  add('runs', listRuns(project), row => number(row.id))
  add('snapshots', [...snapshotHeads(project)], ([id]) => id)
  add('jobs', listJobs(project), row => row.id)
  add('views', listViews(project), row => row.id)
  add('corrections', listCorrected(project, 'a1'), row => row.image)
  return found
}

/** Whatever a column may come to hold that its schema does not allow. */
const wrong: [table: string, key: string, column: string, values: string[]][] = [
  ['splits', 'name', 'folder', ["x'00ff'"]],
  ['images', 'id', 'path', ["'../x.png'", "'/etc/passwd'", "x'00ff'", "''"]],
  ['images', 'id', 'label', ["'seven'", '1.5', "x'00ff'", '-3']],
  ['images', 'id', 'truth', ["'[0,'", "'{}'", '\'["a"]\'', "x'00ff'"]],
  ['images', 'id', 'boxes', ["'[1]'", '\'[{"class":0,"box":[1,2,3]}]\'', '12']],
  ['images', 'id', 'width', ["'wide'", '-1', '0.5']],
  ['annotations', 'number', 'status', ["'dune'", '1']],
  ['annotations', 'number', 'config', ["'{'", "x'00ff'"]],
  ['annotations', 'number', 'manifest', ["'nul'"]],
  ['runs', 'number', 'status', ["'runing'"]],
  ['runs', 'number', 'kind', ["'trian'"]],
  ['runs', 'number', 'metrics', ['\'{"a":\'', "x'00ff'", '\'{"val":7}\'', "'[]'"]],
  ['snapshots', 'id', 'images', ["'many'", '-1']],
  ['jobs', 'id', 'state', ["'queud'"]],
  [
    'jobs',
    'id',
    'request',
    ["'{'", '\'{"kind":"export","run":"../r1","best":true,"out":"x","force":true}\''],
  ],
  ['jobs', 'id', 'progress', ["'[]'", '\'{"done":1}\'']],
  ['views', 'id', 'query', ["'{}'", "'['"]],
  ['corrections', 'image', 'version', ["'x'", '1.5']],
]

describe.each(wrong)('%s.%#', (table, key, column, values) => {
  it.each(values)(`${table}.${column} = %s spoils that row alone, which is named`, value => {
    const before = openProject(join(dir, 'p'))
    const whole = everything(before)
    before.close()
    const name = [...whole.keys()]
      .filter(one => one.startsWith(`${table} `))
      .at(-1)!
      .slice(table.length + 1)
    const raw = openOutside(join(dir, 'p', 'project.db'))
    raw.pragma('foreign_keys = OFF')
    expect(
      raw.prepare(`UPDATE "${table}" SET "${column}" = ${value} WHERE "${key}" = ?`).run(name).changes,
    ).toBe(1)
    raw.close()
    const project = openProject(join(dir, 'p'))
    try {
      const left = everything(project)
      whole.delete(`${table} ${name}`)
      // Where a split's images lie is known of none of them then.
      if (table === 'splits') for (const id of [4, 5, 6]) whole.delete(`images ${id}`)
      expect(left).toEqual(whole)
      const told = damageNoted(project.db)
      expect(told.length).toBeGreaterThan(0)
      expect(told.join('\n')).toContain(`row ${name} of the table "${table}"`)
      expect(told.join('\n')).toContain(`: ${column}`)
    } finally {
      project.close()
    }
  })
})

describe('a bad row', () => {
  const damage = (sql: string): Project => {
    const raw = openOutside(join(dir, 'p', 'project.db'))
    raw.pragma('foreign_keys = OFF')
    raw.exec(sql)
    raw.close()
    return openProject(join(dir, 'p'))
  }
  it('fails by name where it is asked for itself', () => {
    const project = damage(
      `UPDATE images SET label = 'x' WHERE id = 2; UPDATE annotations SET config = '{' WHERE number = 2;
       UPDATE runs SET status = 'x' WHERE number = 1; UPDATE jobs SET request = '{}' WHERE id = 1;
       UPDATE edits SET content = x'00' WHERE image = 2; UPDATE classes SET name = x'00' WHERE number = 0`,
    )
    for (const [ask, column] of [
      [() => getImage(project, 2), 'label'],
      [() => getAnnotation(project, 'a2'), 'config'],
      [() => getRun(project, 'r1'), 'status'],
      [() => getJob(project, 1), 'request'],
    ] as const) {
      const detail = expect.objectContaining({ file: project.db.name })
      expect(ask).toThrow(expect.objectContaining({ code: 'bad-project', detail }))
      expect(ask).toThrow(column)
    }
    expect(() => getCorrections(project, { image: 2, annotation: 'a1' })).toThrow(/edit edit-of-2 is damaged/)
    expect(getCorrections(project, { image: 1, annotation: 'a1' }).version).toBe(1)
    expect(nextJob(project)?.id).toBe(2)
    expect(project.classes).toEqual([
      { index: 0, name: 'class 0' },
      { index: 1, name: 'dog' },
    ])
    project.close()
  })

  it('keeps its place where images are listed, and says what is wrong', () => {
    const project = damage(
      `UPDATE images SET width = 'wide' WHERE id = 2; UPDATE browse SET score = 'high' WHERE image = 3`,
    )
    const { items, total } = openBrowser(project).page(query, 0, 10)
    expect([items.length, total]).toEqual([6, 6])
    expect(items[1]).toMatchObject({
      id: 2,
      problem: expect.stringMatching(/row 2 of the table "images".*width/),
    })
    expect(items[0]).toMatchObject({ id: 1, key: 'train/a.png', problem: null })
    expect(
      openBrowser(project).page({ ...query, sort: { by: 'review', descending: true } }, 0, 10).total,
    ).toBe(6)
    project.close()
  })
})
