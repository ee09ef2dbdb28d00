/** A project of version 2, from before there was browsing, is brought up to date with everything it holds. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openBrowser } from '../../../../core/project/browse/browser.ts'
import { browsedAnnotation } from '../../../../core/project/browse/measures.ts'
import { rebuildBrowse } from '../../../../core/project/browse/rebuild.ts'
import { openProject } from '../../../../core/project/project.ts'
import { migrations, schemaVersion } from '../../../../core/project/database/schema.ts'
import { hostileNames } from '../browse/made.ts'

let dir: string
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'relabel-old-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function makeOld(): void {
  mkdirSync(dir, { recursive: true })
  const db = new Database(join(dir, 'project.db'))
  for (const step of migrations.slice(0, 2)) db.exec(step)
  db.pragma('user_version = 2')
  db.exec(`INSERT INTO meta VALUES ('name', 'old'); INSERT INTO classes VALUES (0, 'cat', NULL), (1, 'dog', NULL);
    INSERT INTO splits VALUES (1, 'val', 'v'), (2, 'train', 't');
    INSERT INTO annotations VALUES (1, 'done', '', '{}', '{}'), (2, 'running', '', '{}', '{}')`)
  const add = db.prepare('INSERT INTO images VALUES (?, ?, ?, ?, NULL, NULL, 8, 8, ?)')
  hostileNames.forEach((name, index) => {
    add.run(
      100 - index,
      1 + (index % 2),
      name,
      index % 3 === 2 ? null : index % 2,
      index === 4 ? 'broken' : null,
    )
  })
  db.close()
}

it('keeps every image and finds it', () => {
  makeOld()
  const project = openProject(dir)
  expect(project.db.pragma('user_version', { simple: true })).toBe(schemaVersion)
  expect(browsedAnnotation(project)).toBe('a1')
  const browser = openBrowser(project)
  const sort = { by: 'name', descending: false } as const
  const { items, total } = browser.page({ filter: {}, sort }, 0, 100)
  expect(total).toBe(hostileNames.length)
  expect(items.map(item => item.path).sort()).toEqual([...hostileNames].sort())
  expect(items.map(item => item.split)).toEqual([...items.map(item => item.split)].sort().reverse())
  expect(items.find(item => item.path === hostileNames[4])).toMatchObject({
    id: 96,
    label: 0,
    problem: 'broken',
    facts: null,
    review: 'none',
    corrected: false,
  })
  for (const name of hostileNames) {
    const found = browser.page({ filter: { text: name.toUpperCase().slice(0, 20) }, sort }, 0, 100).items
    if (name.toUpperCase().toLowerCase() === name.toLowerCase())
      expect(found.map(item => item.path)).toContain(name)
  }
  expect(browser.count({ filter: { text: '%' }, sort }).total).toBe(2)
  expect(browser.count({ filter: { text: 'x'.repeat(10_000) }, sort }).total).toBe(0)
  expect(browser.count({ filter: { text: 'LONG'.repeat(2000) }, sort }).total).toBe(1)
  const rows = (): unknown[] => project.db.prepare('SELECT * FROM browse').all()
  const migrated = rows()
  rebuildBrowse(project.db)
  expect(rows()).toEqual(migrated)
  project.close()
})
