/** Projects of strangers: a database that holds more than the program's own, links, journals that name other files. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RelabelError } from '../../../core/base/error.ts'
import { addFoldText } from '../../../core/project/database/fold-text.ts'
import { addImages, addSplit } from '../../../core/project/images.ts'
import { takeLock } from '../../../core/base/files/lock.ts'
import { createProject, openProject } from '../../../core/project/project.ts'
import { migrations } from '../../../core/project/database/schema.ts'
import { openThumbnails } from '../../../core/project/thumbnails.ts'
import { linkOut, makeStrange, ownedEntries, strangeSchemas } from './strange.ts'
import { openOutside } from './outside.ts'

let root: string
let dir: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'relabel-strange-'))
  dir = join(root, 'project')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const classes = [{ index: 0, name: 'cat' }]
function make(): void {
  const project = createProject(dir, { classes })
  addSplit(project, 'train', '/images')
  addImages(project, 'train', [{ path: '1.png', label: 0, width: 8, height: 8 }])
  project.close()
}

function problemOf(action: () => unknown): { code: string; message: string } {
  try {
    action()
  } catch (error) {
    if (error instanceof RelabelError) return { code: error.code, message: error.message }
    throw error
  }
  return { code: 'none', message: '' }
}

describe('a database that holds', () => {
  for (const kind of Object.keys(strangeSchemas))
    it(`${kind} is refused before anything is asked of it, for reading and writing`, () => {
      make()
      makeStrange(dir, kind)
      for (const readonly of [true, false]) {
        const { code, message } = problemOf(() => openProject(dir, { readonly }))
        expect(code).toBe('bad-project')
        expect(message).toContain(join(dir, 'project.db'))
        expect(message).toMatch(/which this program does not create|in a form|lacks/)
      }
      takeLock(join(dir, 'project.lock')).release() // nobody holds it
    })

  it('what the migrations of any earlier version make is opened and brought up to date', () => {
    for (let version = 1; version <= migrations.length; version++) {
      const folder = join(root, `v${version}`)
      mkdirSync(folder)
      const db = openOutside(join(folder, 'project.db'))
      addFoldText(db)
      for (const step of migrations.slice(0, version)) db.exec(step)
      db.pragma(`user_version = ${version}`)
      db.exec("INSERT INTO classes (number, name) VALUES (0, 'cat')")
      db.close()
      openProject(folder, { readonly: true }).close()
      openProject(folder).close()
    }
  })

  it('what a bulk import leaves is the program’s own, spaces aside', () => {
    make()
    const project = openProject(dir)
    const rows = Array.from({ length: 3000 }, (_, i) => ({ path: `${i}.png`, label: 0, width: 8, height: 8 }))
    addImages(project, 'train', rows)
    project.close()
    const db = openOutside(join(dir, 'project.db'))
    db.exec(
      'DROP INDEX images_by_label; CREATE   INDEX images_by_label\n  ON images (split,\n label)'.replace(
        ',\n ',
        ', ',
      ),
    )
    db.close()
    openProject(dir).close()
  })
})

describe.skipIf(process.platform === 'win32')('a link', () => {
  for (const entry of Object.keys(ownedEntries))
    it(`in the place of ${entry} is refused, and nothing is written where it leads`, () => {
      make()
      const outside = linkOut(dir, entry)
      const before = ownedEntries[entry] === 'folder' ? readdirSync(outside) : null
      for (const readonly of [true, false]) {
        const { code, message } = problemOf(() => openProject(dir, { readonly }))
        expect(code).toBe('bad-project')
        expect(message).toContain(join(dir, entry))
      }
      if (before) expect(readdirSync(outside)).toEqual(before)
      expect(existsSync(outside)).toBe(true)
    })

  it('to the project itself is a person’s own affair', () => {
    make()
    symlinkSync(dir, join(root, 'link'))
    openProject(join(root, 'link')).close()
  })
})

describe('a journal that names a file outside', () => {
  const other = (name: string): string => {
    const text = Buffer.from(join(root, name))
    const end = Buffer.alloc(16)
    end.writeUInt32BE(text.length, 0)
    end.writeUInt32BE(
      [...text].reduce((sum, byte) => sum + byte, 0),
      4,
    )
    Buffer.from('d9d505f920a163d7', 'hex').copy(end, 8)
    const head = Buffer.alloc(512)
    Buffer.from('d9d505f920a163d7', 'hex').copy(head)
    head.writeUInt32BE(512, 20)
    head.writeUInt32BE(4096, 24)
    return Buffer.concat([head, Buffer.from([0, 0, 0, 0]), text, end]).toString('latin1')
  }
  for (const name of ['project.db', 'project.lock', 'cache/thumbnails.db'])
    it(`beside ${name} deletes nothing`, () => {
      make()
      const project = openProject(dir)
      const thumbnails = openThumbnails(project)
      thumbnails.put(1, 80, { modified: 1, size: 1 }, Buffer.from('x'))
      thumbnails.close()
      project.close()
      const db = new Database(join(dir, name))
      db.pragma('journal_mode = DELETE')
      db.close()
      writeFileSync(join(root, 'precious'), '')
      writeFileSync(join(dir, `${name}-journal`), other('precious'), 'latin1')
      const { code } = problemOf(() => {
        const opened = openProject(dir)
        const store = openThumbnails(opened)
        store.put(1, 80, { modified: 1, size: 1 }, Buffer.from('y'))
        expect(store.get(1, 80, { modified: 1, size: 1 })?.toString()).toBe('y')
        store.close()
        opened.close()
      })
      expect(code).toBe(name.startsWith('cache') ? 'none' : 'bad-project')
      expect(existsSync(join(root, 'precious'))).toBe(true)
    })
})

describe('a strange lock', () => {
  const locks: Record<string, string> = {
    'with a view': 'CREATE VIEW owner AS SELECT 1 AS pid, 2 AS host',
    'with a trigger':
      'CREATE TABLE owner (pid INTEGER NOT NULL, host TEXT NOT NULL); CREATE TRIGGER odd AFTER INSERT ON owner BEGIN DELETE FROM owner; END',
    'with other columns': 'CREATE TABLE owner (pid, host)',
    'of many pages':
      'CREATE TABLE owner (pid INTEGER NOT NULL, host TEXT NOT NULL); INSERT INTO owner VALUES (1, zeroblob(100000))',
  }
  for (const [kind, sql] of Object.entries(locks))
    it(`${kind} is refused`, () => {
      make()
      rmSync(join(dir, 'project.lock'))
      const db = new Database(join(dir, 'project.lock'))
      db.exec(sql)
      db.close()
      const { code, message } = problemOf(() => openProject(dir))
      expect(code).toBe('bad-project')
      expect(message).toContain('project.lock is not a lock')
    })
})

it('foreign thumbnails are discarded and made again', () => {
  make()
  mkdirSync(join(dir, 'cache'))
  const db = new Database(join(dir, 'cache/thumbnails.db'))
  db.exec(`CREATE VIEW thumbnails AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
    SELECT i AS number, 0 AS image, 0 AS side, 0 AS modified, 0 AS size, x'00' AS webp FROM n; PRAGMA user_version = 1`)
  db.close()
  const project = openProject(dir)
  const store = openThumbnails(project)
  store.put(1, 80, { modified: 1, size: 1 }, Buffer.from('x'))
  expect(store.get(1, 80, { modified: 1, size: 1 })?.toString()).toBe('x')
  store.close()
  project.close()
})
