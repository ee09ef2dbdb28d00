/** Whether a database is whole, asked before it is opened, and what to say where it is not. */
import { statSync } from 'node:fs'
import { RelabelError } from '../../base/error.ts'
import { asProjectError, openReadonly } from '../database/connection.ts'
import { compareChecksums } from './checksums.ts'
import { listCopies } from './copies.ts'

/**
 * Bytes up to which SQLite's quick check is waited for where there are no checksums. What is larger is
 * checked when `checkStructure` is called, beside the work.
 */
const checkedAtOnce = 2 ** 25

/**
 * Throws `bad-project` where the file is not what was written, is of a newer version or not a database. `structure`: look
 * at it where there are no checksums; not to be asked beside a writer, who has done it. False: the database is too large
 * for that, and was not looked at.
 */
export function checkDatabase(dir: string, file: string, structure: boolean): boolean {
  const state = compareChecksums(file)
  if (typeof state === 'object') throw damaged(dir, file, state.difference)
  const { db } = openReadonly(file)
  try {
    if (state === 'whole' || !structure) return true
    if (statSync(file).size > checkedAtOnce) return false
    const found: unknown = db.pragma('quick_check(1)', { simple: true })
    if (found !== 'ok') throw damaged(dir, file, String(found))
    return true
  } finally {
    db.close()
  }
}

/** What SQLite's quick check says of a whole database, seconds for a million images; empty: nothing is wrong. */
export function checkStructure(file: string): string[] {
  const { db } = openReadonly(file)
  try {
    const found = db.pragma('quick_check(20)') as { quick_check: string }[]
    return found.map(row => row.quick_check).filter(line => line !== 'ok')
  } catch (error) {
    return [asProjectError(error, file).message]
  } finally {
    db.close()
  }
}

/** An error of opening, with the copies there are where the database is damaged. */
export function damagedDatabase(dir: string, file: string, error: unknown): RelabelError {
  const own = asProjectError(error, file)
  const isDamage =
    own.code === 'bad-project' && /^SQLITE_(CORRUPT|NOTADB|FORMAT)/.test(String(own.detail.reason))
  return isDamage ? damaged(dir, file, own.message, own) : own
}

function damaged(dir: string, file: string, reason: string, cause?: unknown): RelabelError {
  const copies = listCopies(dir)
  const way = copies[0]
    ? `restore the copy of ${copies[0].made} with "relabel project restore"; the damaged file is kept beside it and corrections made since are replayed`
    : 'there is no copy of it in "copies/": put back one of your own; corrections are replayed from corrections.jsonl'
  return new RelabelError(
    'bad-project',
    `${file} is damaged: ${reason}. To go on, ${way}`,
    { dir, file, reason, copies, damaged: true },
    cause,
  )
}
