/** The SQLite file behind a project: opening it, its errors in the project's terms, and transactions. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { fail, messageOf, RelabelError } from '../../base/error.ts'
import { harden, openSqlite } from '../../base/files/sqlite.ts'
import { noteDamage } from './damage.ts'
import { addFoldText } from './fold-text.ts'
import { migrate, schemaVersion } from './schema.ts'
import { requireOwnSchema } from './schema-check.ts'

/** An open connection; only this room may use it. */
export type Db = Database.Database

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '')

/** Whether an error of SQLite means that the file itself is wrong. */
const isDamage = (code: string): boolean => /^SQLITE_(NOTADB|CORRUPT|FORMAT)/.test(code)

/** Converts errors of SQLite and the file system to messages for the user. */
export function asProjectError(error: unknown, file: string): RelabelError {
  if (error instanceof RelabelError) return error
  const code = codeOf(error)
  const detail = { file, reason: code || messageOf(error), ...(isDamage(code) ? { damaged: true } : {}) }
  const make = (kind: 'locked' | 'bad-project' | 'disk', message: string): RelabelError =>
    new RelabelError(kind, message, detail, error)
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return make('locked', `${file} is in use by another process; wait for it to end, or end it`)
  if (isDamage(code))
    return make(
      'bad-project',
      `${file} is damaged, or not a database of a project (${messageOf(error)}); "relabel project restore" brings back a copy`,
    )
  if (/^SQLITE_FULL|^ENOSPC|^EDQUOT|^EFBIG/.test(code))
    return make(
      'disk',
      `there is no room left to write ${file}; free some space and repeat: nothing stored before is lost`,
    )
  if (/^SQLITE_READONLY|^EROFS|^EACCES|^EPERM/.test(code))
    return make('disk', `${file} cannot be written: the disk or the folder is read-only`)
  if (/^SQLITE_(IOERR|CANTOPEN)|^E(?!RR_)[A-Z]/.test(code))
    return make(
      'disk',
      `${file} cannot be read or written (${messageOf(error)}); is the disk full, read-only or failing?`,
    )
  return make('bad-project', `${file}: ${messageOf(error)}`)
}

/** Runs `action`, with errors of SQLite turned into ours. */
export function guarded<T>(file: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw asProjectError(error, file)
  }
}

/** Makes the statements of a connection fail with our errors; in a damaged file, SQLite may fail at any row. */
function withOwnErrors(db: Db, file: string): Db {
  const own = <A extends unknown[], R>(action: (...args: A) => R) => {
    return (...args: A): R => {
      try {
        return action(...args)
      } catch (error) {
        const code = codeOf(error)
        if (!code.startsWith('SQLITE_')) throw error
        const told = asProjectError(error, file)
        if (isDamage(code)) noteDamage(db, told.message)
        throw told
      }
    }
  }
  const prepare = own(db.prepare.bind(db)) as (sql: string) => Database.Statement
  db.prepare = ((sql: string) => {
    const statement = prepare(sql)
    const iterate = own(statement.iterate.bind(statement))
    statement.get = own(statement.get.bind(statement))
    statement.all = own(statement.all.bind(statement))
    statement.run = own(statement.run.bind(statement))
    statement.iterate = (...args: unknown[]) => {
      const rows = iterate(...args)
      rows.next = own(rows.next.bind(rows))
      return rows
    }
    return statement
  }) as Db['prepare']
  db.exec = own(db.exec.bind(db))
  db.pragma = own(db.pragma.bind(db))
  return db
}

/** Runs an action atomically: a failure leaves the file as it was. */
export function transaction<T>(db: Db, action: () => T): T {
  return guarded(db.name, () => db.transaction(action).immediate())
}

/**
 * The version of a database, after checking that this program supports it and that the schema matches. Call it before
 * any other query.
 */
function checkSchema(db: Db, file: string): number {
  const version = db.pragma('user_version', { simple: true }) as number
  if (version > schemaVersion)
    fail(
      'bad-project',
      `${file} was written by a newer version of Relabel Studio (project format ${version}, this program supports ${schemaVersion}); update the program`,
      { file, version, known: schemaVersion },
    )
  if (version < 1) fail('bad-project', `${file} is not a project of Relabel Studio`, { file })
  requireOwnSchema(db, file, version)
  return version
}

/** A writable connection with the current schema; `create` makes the file. */
export function openWritable(file: string, create: boolean): Db {
  return guarded(file, () => {
    const db = openSqlite(file, { fileMustExist: !create, timeout: 5000 })
    try {
      if (!create) checkSchema(db, file)
      db.pragma('journal_mode = WAL')
      db.pragma('synchronous = FULL')
      db.pragma('foreign_keys = ON')
      addFoldText(db)
      migrate(db)
      return withOwnErrors(db, file)
    } catch (error) {
      db.close()
      throw error
    }
  })
}

/**
 * A read-only connection, possibly concurrent with a writer. On a read-only disk, where SQLite cannot create the
 * files it shares with other readers, the database is read into memory instead.
 */
export function openReadonly(file: string): { db: Db; version: number } {
  return guarded(file, () => {
    let db: Db | undefined
    try {
      db = openSqlite(file, { readonly: true, fileMustExist: true, timeout: 5000 })
      const version = checkSchema(db, file)
      return { db: withOwnErrors(db, file), version }
    } catch (error) {
      db?.close()
      if (!/^SQLITE_(CANTOPEN|READONLY|IOERR)/.test(codeOf(error)) || pending(file)) throw error
      const copy = inMemory(file)
      const version = checkSchema(copy, file)
      return { db: withOwnErrors(copy, file), version }
    }
  })
}

const pending = (file: string): boolean => existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0

function inMemory(file: string): Db {
  const bytes = readFileSync(file)
  // Header bytes 18 and 19 say "write-ahead log", which a database in memory cannot have.
  if (bytes[18] === 2) bytes.fill(1, 18, 20)
  const db = new Database(bytes, { readonly: true })
  harden(db)
  return db
}
