/** One writer a place: an operating-system lock on a small file, which ends with its process, however that ends. */
import { closeSync, openSync, rmSync, statSync, truncateSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import type Database from 'better-sqlite3'
import { fail } from '../error.ts'
import { diskError } from './disk-error.ts'
import { earlierHolder, type Holder } from './earlier-lock.ts'
import { requireOwned } from './owned.ts'
import { openSqlite } from './sqlite.ts'
import { hasSchema, isEmpty } from './sqlite-schema.ts'

const ownerTable = 'CREATE TABLE IF NOT EXISTS owner (pid INTEGER NOT NULL, host TEXT NOT NULL)'
/** Bytes. */
const largest = 65_536
/** Another process may remove a lock file at each attempt, but not forever. */
const mostAttempts = 20

/** A held lock. */
export interface Lock {
  release(): void
}

/**
 * Takes the lock of a file, which is made where it is missing and stays, or fails with code `locked`, naming the process
 * that holds it. The lock is a write transaction that stays open on a small SQLite file, so kill -9 frees it and a
 * process id that was given to another process cannot fool it. Nothing else in this process may open a held file: POSIX
 * drops a process's locks when any of its handles to the file is closed.
 */
export function takeLock(file: string): Lock {
  return lockFile(file, false)
}

/** {@link takeLock} on the `writer.lock` of a folder; the file is there only while the lock is held. */
export function lockFolder(dir: string): Lock {
  return lockFile(join(dir, 'writer.lock'), true)
}

function lockFile(file: string, isTemporary: boolean): Lock {
  try {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const inode = inodeOfNew(file)
      const db = lockedDatabase(file, inode)
      if (db && isAt(file, inode)) return lockOf(db, file, isTemporary)
      db?.close() // what was locked is not what others find at this place: whoever held it took it away
    }
  } catch (error) {
    return diskError(error, file, 'write')
  }
  return fail('locked', `${file} is taken and released by others all the time; try again`, { file })
}

const isAt = (file: string, inode: number): boolean =>
  statSync(file, { throwIfNoEntry: false })?.ino === inode

/** The inode of the file, which is made where it is missing. Opens no file that is there. */
function inodeOfNew(file: string): number {
  requireOwned(dirname(file), file, 'file')
  const found = statSync(file, { throwIfNoEntry: false })
  if (found) return found.ino
  closeSync(openSync(file, 'a'))
  return statSync(file).ino
}

function lockOf(db: Database.Database, file: string, isTemporary: boolean): Lock {
  return {
    release() {
      if (!db.open) return
      // While the lock is held: afterwards the file may be another's. Systems that keep open files keep this one too.
      if (isTemporary)
        try {
          rmSync(file, { force: true })
        } catch {
          // A file that nobody holds is in nobody's way.
        }
      db.close() // rolls the transaction back, which is all it was for
    },
  }
}

/** The file, locked; null: it was taken away, or the lock of an earlier version, and the next attempt may succeed. */
function lockedDatabase(file: string, inode: number): Database.Database | null {
  const db = openSqlite(file, { timeout: 0 })
  try {
    if (!isWhole(db, file)) {
      empty(file)
      db.close()
      return null
    }
    // A journal beside the file would go by its name, which another lock may have by then.
    db.pragma('journal_mode = MEMORY')
    // The owner is committed first: a second process may read it while the transaction below stays open.
    if (isEmpty(db)) db.exec(ownerTable)
    db.transaction(() => {
      db.exec('DELETE FROM owner')
      db.prepare('INSERT INTO owner (pid, host) VALUES (?, ?)').run(process.pid, hostname())
    }).immediate()
    db.exec('BEGIN IMMEDIATE')
    return db
  } catch (error) {
    const code = String((error as { code?: unknown }).code)
    const isBusy = code.startsWith('SQLITE_BUSY')
    const owner = isBusy ? ownerOf(db) : undefined
    db.close()
    if (isBusy) return inUse(file, owner, 'end it')
    if (code === 'SQLITE_NOTADB') return replaceEarlier(file)
    if (code === 'SQLITE_READONLY_DBMOVED' || !isAt(file, inode)) return null
    throw error
  }
}

/**
 * False where a kill or a power cut came between the two pages that a lock file has. Throws `bad-project` for what is
 * not a lock: reading a crafted database could take forever.
 */
function isWhole(db: Database.Database, file: string): boolean {
  if (statSync(file).size > largest) strange(file)
  try {
    if (!isEmpty(db) && !hasSchema(db, ownerTable)) strange(file)
    return db.pragma('quick_check(1)', { simple: true }) === 'ok'
  } catch (error) {
    if ((error as { code?: unknown }).code === 'SQLITE_CORRUPT') return false
    throw error
  }
}

/** Not deleted: if another process has just put its own lock there, it goes on holding it. */
const empty = (file: string): void => truncateSync(file, 0)

const strange = (file: string): never =>
  fail('bad-project', `${file} is not a lock of this program; delete it and try again`, { file })

function inUse(file: string, owner: Holder | undefined, way: string): never {
  const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another process'
  return fail('locked', `${dirname(file)} is in use: ${file} is held by ${who}; wait for it, or ${way}`, {
    file,
    ...owner,
  })
}

function ownerOf(db: Database.Database): Holder | undefined {
  try {
    return db.prepare<[], Holder>('SELECT pid, host FROM owner').get()
  } catch {
    return undefined // the owner is just being written
  }
}

function replaceEarlier(file: string): null {
  const found = earlierHolder(file)
  if (found === 'strange') return strange(file)
  if (found !== 'gone') return inUse(file, found, `delete ${file} if that process is gone`)
  empty(file)
  return null
}
