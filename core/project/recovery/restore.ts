/** Bringing a copy of a project's database back; the log of corrections is replayed when the project is opened next. */
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fail } from '../../base/error.ts'
import { syncFolderSync } from '../../base/files/atomic.ts'
import { takeLock } from '../../base/files/lock.ts'
import { databaseEndings } from '../../base/files/sqlite.ts'
import { asProjectError, openReadonly } from '../database/connection.ts'
import { copiesFolder, requireOwnEntries } from '../database/entries.ts'
import { compareChecksums, dropChecksums, writeChecksums } from './checksums.ts'
import { listCopies, type CopyRow } from './copies.ts'

/** What was done. */
export interface Restored {
  copy: CopyRow
  /** The file that was in its place, kept beside; null: there was none. */
  kept: string | null
}

/** Why the database of a copy is not what was written; null: it is. */
export function brokenBecause(file: string): string | null {
  const state = compareChecksums(file)
  if (typeof state === 'object') return state.difference
  try {
    const { db } = openReadonly(file)
    try {
      const found: unknown = state === 'whole' ? 'ok' : db.pragma('quick_check(1)', { simple: true })
      return found === 'ok' ? null : String(found)
    } finally {
      db.close()
    }
  } catch (error) {
    return asProjectError(error, file).message
  }
}

/** The named copy, or the newest that is whole. */
function chooseCopy(dir: string, name: string | undefined): CopyRow {
  const all = listCopies(dir)
  const asked = name === undefined ? all : all.filter(copy => copy.name === name)
  if (asked.length === 0) {
    const names = all.map(copy => copy.name).join(', ') || 'none'
    return fail(
      'not-found',
      `${dir} has no ${name === undefined ? 'copy' : `copy "${name}"`}; there are: ${names}`,
      {
        dir,
      },
    )
  }
  const reasons: string[] = []
  for (const copy of asked) {
    const reason = brokenBecause(join(copiesFolder({ dir }), copy.name))
    if (reason === null) return copy
    reasons.push(`${copy.name}: ${reason}`)
  }
  return fail('bad-project', `no copy in ${copiesFolder({ dir })} is whole (${reasons.join('; ')})`, {
    dir,
    reasons,
  })
}

/**
 * Puts a copy (default: the newest whole one) in the place of `project.db`, which is kept beside under another name. Throws
 * `locked` while the project is in use, `not-found` without copies, `bad-project` where none is whole, `disk`.
 */
export function restoreCopy(folder: string, name?: string): Restored {
  const dir = resolve(folder)
  if (!existsSync(dir)) fail('not-found', `${dir} does not exist`, { dir })
  requireOwnEntries(dir)
  const lock = takeLock(join(dir, 'project.lock'))
  try {
    const copy = chooseCopy(dir, name)
    const file = join(dir, 'project.db')
    const draft = join(dir, 'project.new.db')
    for (const ending of databaseEndings) rmSync(draft + ending, { force: true })
    copyFileSync(join(copiesFolder({ dir }), copy.name), draft)
    dropChecksums(file)
    const kept = existsSync(file) ? putAside(dir, file) : null
    renameSync(draft, file)
    writeChecksums(file)
    syncFolderSync(dir)
    return { copy, kept }
  } catch (error) {
    throw asProjectError(error, dir)
  } finally {
    lock.release()
  }
}

/** Renames a database with what SQLite keeps beside it, so that it can still be opened there. */
function putAside(dir: string, file: string): string {
  const stamp = new Date().toISOString().replaceAll(/[-:]/g, '').slice(0, 15)
  let aside = join(dir, `project.damaged-${stamp}.db`)
  for (let count = 1; existsSync(aside); count++) aside = join(dir, `project.damaged-${stamp}-${count}.db`)
  for (const ending of databaseEndings)
    if (existsSync(file + ending)) renameSync(file + ending, aside + ending)
  return aside
}
