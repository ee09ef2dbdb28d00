/** One writer per project: an operating-system lock that is released when its process ends, for any reason. */
import { statSync } from 'node:fs'
import { hostname } from 'node:os'
import { fail } from '../../base/error.ts'
import { guarded, type Db } from './connection.ts'
import { hasSchema, isEmpty } from './schema-check.ts'
import { openSqlite } from './sqlite.ts'

interface Owner {
  pid: number
  host: string
}

const ownerTable = 'CREATE TABLE IF NOT EXISTS owner (pid INTEGER NOT NULL, host TEXT NOT NULL)'
/** Bytes. */
const largest = 65_536

/** A held lock. */
export interface Lock {
  release(): void
}

/**
 * Acquires the writer's lock or fails with code `locked`, naming the process that holds it. The lock is a write
 * transaction that stays open on a small SQLite file, so kill -9 releases it and a reused process id does not confuse it.
 */
export function takeLock(file: string): Lock {
  return guarded(file, () => {
    const db = openSqlite(file, { timeout: 0 })
    try {
      requireLock(db, file)
      // The owner is committed first: a second process may read it while the transaction below stays open.
      if (isEmpty(db)) db.exec(ownerTable)
      db.transaction(() => {
        db.exec('DELETE FROM owner')
        db.prepare('INSERT INTO owner (pid, host) VALUES (?, ?)').run(process.pid, hostname())
      }).immediate()
      db.exec('BEGIN IMMEDIATE')
    } catch (error) {
      const busy = String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')
      const owner = busy ? ownerOf(db) : undefined
      db.close()
      if (!busy) throw error
      const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another process'
      return fail('locked', `the project is in use: ${file} is held by ${who}; wait for it, or end it`, {
        file,
        ...owner,
      })
    }
    return {
      release() {
        if (db.open) db.close() // closing rolls the transaction back, which releases the lock
      },
    }
  })
}

/** A lock file has two pages; reading a crafted one could otherwise take forever. */
function requireLock(db: Db, file: string): void {
  const isLock =
    statSync(file).size <= largest &&
    (isEmpty(db) || hasSchema(db, ownerTable)) &&
    db.pragma('quick_check(1)', { simple: true }) === 'ok'
  if (!isLock)
    fail('bad-project', `${file} is not a lock of this program; delete it and open the project again`, {
      file,
    })
}

function ownerOf(db: Db): Owner | undefined {
  try {
    return db.prepare<[], Owner>('SELECT pid, host FROM owner').get()
  } catch {
    return undefined // the owner is just being written
  }
}
