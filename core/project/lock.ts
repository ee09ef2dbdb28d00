/** One writer a project: an operating-system lock that ends with its process, however that ends. */
import { hostname } from 'node:os'
import Database from 'better-sqlite3'
import { fail } from '../base/error.ts'
import { guarded } from './database/connection.ts'

interface Owner {
  pid: number
  host: string
}

/** A held lock. */
export interface Lock {
  release(): void
}

/**
 * Takes the writer's lock or fails with code `locked`, naming the process that holds it. The lock is a write
 * transaction that stays open on a small SQLite file, so kill -9 frees it and a recycled process id cannot fool it.
 */
export function takeLock(file: string): Lock {
  return guarded(file, () => {
    const db = new Database(file, { timeout: 0 })
    try {
      // The owner is committed first: a second process may read it while the transaction below stays open.
      db.exec('CREATE TABLE IF NOT EXISTS owner (pid INTEGER NOT NULL, host TEXT NOT NULL)')
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
        if (db.open) db.close() // closing rolls the transaction back, which is all it was for
      },
    }
  })
}

function ownerOf(db: Database.Database): Owner | undefined {
  try {
    return db.prepare<[], Owner>('SELECT pid, host FROM owner').get()
  } catch {
    return undefined // the owner is being written this very moment
  }
}
