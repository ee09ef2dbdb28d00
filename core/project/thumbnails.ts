/** Thumbnails of a project in a separate SQLite file, which may be deleted at any time. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { requireOwned } from '../base/files/owned.ts'
import { databaseEndings, openSqlite } from '../base/files/sqlite.ts'
import { hasSchema } from '../base/files/sqlite-schema.ts'
import type { FileStamp } from '../base/files/stamp.ts'
import type { Db } from './database/connection.ts'
import { cacheFolder, makeInProject } from './database/entries.ts'
import type { Project } from './database/handle.ts'

/** A store of thumbnails. It never fails: thumbnails that it cannot keep or find are made again. */
export interface Thumbnails {
  /** WebP bytes, or null if there are none for this state of the source. */
  get(image: number, side: number, source: FileStamp): Buffer | null
  put(image: number, side: number, source: FileStamp, webp: Uint8Array): void
  /** Bytes of all thumbnails kept. */
  bytes(): number
  close(): void
}

export interface ThumbnailOptions {
  /** Bytes of thumbnails to keep; the oldest go first. Default: 2 GiB. */
  budget?: number
}

const format = 1
/** Maximum bytes of a thumbnail; this program does not write larger ones. */
const largest = 2 ** 22
/** Number of thumbnails dropped at once. */
const mostDropped = 200_000
const table = `
  CREATE TABLE thumbnails (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    image INTEGER NOT NULL,
    side INTEGER NOT NULL,
    modified REAL NOT NULL,
    size INTEGER NOT NULL,
    webp BLOB NOT NULL,
    UNIQUE (image, side)
  );
  CREATE TABLE total (bytes INTEGER NOT NULL);
  INSERT INTO total VALUES (0);
  CREATE TRIGGER added AFTER INSERT ON thumbnails BEGIN UPDATE total SET bytes = bytes + length(new.webp); END;
  CREATE TRIGGER removed AFTER DELETE ON thumbnails BEGIN UPDATE total SET bytes = bytes - length(old.webp); END;
  PRAGMA user_version = ${format};
`

/** Opens its file only when first used. A read-only project has no store: every thumbnail is made when requested. */
export function openThumbnails(project: Project, options: ThumbnailOptions = {}): Thumbnails {
  const file = join(cacheFolder(project), 'thumbnails.db')
  const budget = options.budget ?? 2 ** 31
  let db: Db | null | undefined
  const drop = (): void => {
    db?.close()
    db = undefined
    requireOwned(project.dir, cacheFolder(project), 'folder')
    for (const ending of databaseEndings) rmSync(file + ending, { force: true })
  }
  const store = (): Db | null => {
    if (db !== undefined) return db
    if (project.readonly) return (db = null)
    try {
      makeInProject(project, cacheFolder(project))
      return (db = openStore(file))
    } catch {
      try {
        drop() // damaged, or not made by this program: it is only a cache
        return (db = openStore(file))
      } catch {
        return (db = null)
      }
    }
  }
  /** The result of an action, or `otherwise` if the file is damaged or the disk is full. */
  const tried = <T>(action: (db: Db) => T, otherwise: T): T => {
    const open = store()
    if (!open) return otherwise
    try {
      return action(open)
    } catch (error) {
      if (/^SQLITE_(CORRUPT|NOTADB)/.test(String((error as { code?: unknown }).code))) drop()
      return otherwise
    }
  }
  return {
    get: (image, side, source) =>
      tried(
        db =>
          db
            .prepare<[number, number, number, number], Buffer>(
              `SELECT webp FROM thumbnails WHERE image = ? AND side = ? AND modified = ? AND size = ?
               AND length(webp) <= ${largest}`,
            )
            .pluck()
            .get(image, side, source.modified, source.size) ?? null,
        null,
      ),
    put: (image, side, source, webp) =>
      tried(db => {
        if (webp.byteLength > Math.min(budget, largest)) return
        db.transaction(() => {
          db.prepare('DELETE FROM thumbnails WHERE image = ? AND side = ?').run(image, side)
          db.prepare('INSERT INTO thumbnails (image, side, modified, size, webp) VALUES (?, ?, ?, ?, ?)').run(
            image,
            side,
            source.modified,
            source.size,
            webp,
          )
          if (bytesOf(db) > budget) dropOldest(db, budget * 0.9)
        })()
      }, undefined),
    bytes: () => tried(bytesOf, 0),
    close() {
      db?.close()
      db = null
    },
  }
}

function openStore(file: string): Db {
  const db = openSqlite(file, { timeout: 1000 })
  try {
    const version = db.pragma('user_version', { simple: true })
    if (!hasSchema(db, version === 0 ? '' : table) || (version !== 0 && version !== format))
      throw new Error(`thumbnails of format ${String(version)}`)
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = OFF') // a cache: what is lost in a power cut is made again
    if (version === 0) db.transaction(() => db.exec(table)).immediate()
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

const bytesOf = (db: Db): number => db.prepare<[], number>('SELECT bytes FROM total').pluck().get() ?? 0

/** Drops the oldest until at most `keep` bytes are left, but never the newest. */
function dropOldest(db: Db, keep: number): void {
  const rows = db
    .prepare<[], { number: number; bytes: number }>(
      `SELECT number, length(webp) AS bytes FROM thumbnails ORDER BY number LIMIT ${mostDropped}`,
    )
    .iterate()
  let over = bytesOf(db) - keep
  let last = 0
  for (const row of rows) {
    if (over <= 0) break
    over -= row.bytes
    last = row.number
  }
  db.prepare(
    'DELETE FROM thumbnails WHERE number <= ? AND number < (SELECT max(number) FROM thumbnails)',
  ).run(last)
}
