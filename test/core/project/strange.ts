/** What strangers may put into a project: every kind of thing in its database, and links in place of its entries. */
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openOutside } from './outside.ts'

/** Rows without end. */
const endless = (columns: string): string =>
  `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT ${columns} FROM n`

/** Never gives a value. */
const never = `(${endless('max(i)')})`

/** SQL that turns the database of a project into one that holds the program, by the kind of thing. */
export const strangeSchemas: Readonly<Record<string, string>> = {
  'a view in place of a table': `DROP TABLE views; CREATE VIEW views AS ${endless("i AS id, 'n' || i AS name, '{}' AS query")}`,
  'a view in place of the table that is read first': `DROP TABLE meta; CREATE VIEW meta AS ${endless("'name' AS key, 'x' AS value")} WHERE i < 0`,
  'a view besides': `CREATE VIEW more AS ${endless('i')}`,
  'a trigger': `CREATE TRIGGER odd AFTER UPDATE ON jobs BEGIN SELECT ${never}; END`,
  'a trigger in the place of another': `DROP TRIGGER browse_added; CREATE TRIGGER browse_added AFTER INSERT ON browse BEGIN SELECT ${never}; END`,
  'a table besides': 'CREATE TABLE more (value)',
  'an index besides': "CREATE INDEX more ON images (replace(hex(zeroblob(1000)), '0', path))",
  'a partial index in the place of another':
    'DROP INDEX jobs_by_state; CREATE INDEX jobs_by_state ON jobs (state, place) WHERE length(request) > 3',
  'a virtual table': 'CREATE VIRTUAL TABLE more USING fts5(words)',
  'a generated column':
    'ALTER TABLE jobs ADD COLUMN more TEXT GENERATED ALWAYS AS (hex(zeroblob(100000000))) VIRTUAL',
  'a column besides': 'ALTER TABLE images ADD COLUMN more TEXT',
  'a default of its own':
    'DROP TABLE views; CREATE TABLE views (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, query TEXT NOT NULL DEFAULT (hex(zeroblob(9))))',
  'a condition of its own':
    'DROP TABLE reviews; CREATE TABLE reviews (image INTEGER PRIMARY KEY, state INTEGER NOT NULL, time INTEGER NOT NULL CHECK (length(hex(zeroblob(100000000))) > 1))',
  'statistics for the planner': 'ANALYZE',
  'a trigger less': 'DROP TRIGGER images_changed',
  'an index less': 'DROP INDEX images_by_label',
  'a table less': 'DROP TABLE views',
  'thousands of tables': '',
}

/** Applies one of {@link strangeSchemas}. */
export function makeStrange(dir: string, kind: string): void {
  const db = openOutside(join(dir, 'project.db'))
  try {
    db.pragma('foreign_keys = OFF')
    db.exec(strangeSchemas[kind]!)
    if (kind === 'thousands of tables')
      db.transaction(() => {
        for (let i = 0; i < 3000; i++) db.exec(`CREATE TABLE t${i} (value)`)
      })()
  } finally {
    db.close()
  }
}

/** Entries that the program owns in a project, and what they are. */
export const ownedEntries: Readonly<Record<string, 'file' | 'folder'>> = {
  'project.db': 'file',
  'project.db-wal': 'file',
  'project.db-shm': 'file',
  'project.db-journal': 'file',
  'project.lock': 'file',
  'project.lock-journal': 'file',
  annotations: 'folder',
  'annotations/a1': 'folder',
  'annotations/a1/manifest.json': 'file',
  'annotations/a1/shard-00000.rlm': 'file',
  'annotations/a1/index.rlx': 'file',
  'annotations/a1/skipped.jsonl': 'file',
  'annotations/a1/writer.lock': 'file',
  runs: 'folder',
  'runs/r1': 'folder',
  'runs/r1/metrics.jsonl': 'file',
  'runs/r1/checkpoints': 'folder',
  'runs/r1/checkpoints/step-000000001.safetensors': 'file',
  'runs/r1/model.onnx': 'file',
  'runs/r1/predictions-val.json': 'file',
  cache: 'folder',
  'cache/thumbnails.db': 'file',
  'cache/thumbnails.db-journal': 'file',
}

/** Puts a link to something outside in the place of an entry, which moves there; gives where it leads. */
export function linkOut(dir: string, entry: string): string {
  const path = join(dir, entry)
  const outside = join(dir, '..', `outside-${entry.replaceAll('/', '-')}`)
  mkdirSync(dirname(path), { recursive: true })
  try {
    renameSync(path, outside)
  } catch {
    if (ownedEntries[entry] === 'folder') mkdirSync(outside)
    else writeFileSync(outside, '')
  }
  symlinkSync(outside, path)
  return outside
}
