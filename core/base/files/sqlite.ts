/** Opens an SQLite file of unknown origin: nothing stored in it runs, and nothing outside is touched. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { fail } from '../error.ts'
import { requireOwned } from './owned.ts'

/** Suffixes of a database's own file and of those that SQLite keeps next to it. */
export const databaseEndings = ['', '-wal', '-shm', '-journal']

/** The last bytes of a rollback journal that names a second journal; SQLite may delete the named file. */
const superJournal = Buffer.from('d9d505f920a163d7', 'hex')

/**
 * Opens a file; its schema must be checked before any query. Throws `bad-project` if it, or a file that
 * SQLite keeps next to it, is a link or otherwise not acceptable; otherwise SQLite's own errors.
 */
export function openSqlite(file: string, options: Database.Options): Database.Database {
  for (const ending of databaseEndings) requireOwned(dirname(file), file + ending, 'file')
  refuseSuperJournal(`${file}-journal`)
  const db = new Database(file, options)
  harden(db)
  return db
}

/** The schema may only call harmless functions, and broken pages are reported instead of followed. */
export function harden(db: Database.Database): void {
  db.pragma('trusted_schema = OFF')
  db.pragma('cell_size_check = ON')
}

function refuseSuperJournal(journal: string): void {
  let handle: number
  try {
    handle = openSync(journal, 'r')
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return
    throw error
  }
  try {
    const { size } = fstatSync(handle)
    const end = Buffer.alloc(superJournal.length)
    if (size < end.length) return
    readSync(handle, end, 0, end.length, size - end.length)
    if (end.equals(superJournal))
      fail(
        'bad-project',
        `${journal} names files outside the project, which this program never does; delete it, or ask where the project comes from`,
        { file: journal },
      )
  } finally {
    closeSync(handle)
  }
}
