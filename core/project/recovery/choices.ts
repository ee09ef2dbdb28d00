/** The copies of a project's database as a person chooses among them: of when, whether whole, and what the log adds to each. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { RelabelError } from '../../base/error.ts'
import { openReadonly } from '../database/connection.ts'
import { copiesFolder, logFile, requireOwnEntries } from '../database/entries.ts'
import { listCopies, type CopyRow } from './copies.ts'
import { projectOfLog, readLog, readMeta } from './log.ts'
import { brokenBecause } from './restore.ts'

export interface CopyChoice extends CopyRow {
  /** Why it cannot be restored, or null. */
  problem: string | null
  /** Steps of correcting, and of changing labels and truth, that the log has beyond the copy. */
  corrections: number
  /** Images that were marked in a review since. */
  marks: number
}

/** Newest first. Reads the log; seconds for a million steps. Throws `bad-project` for links. */
export function listChoices(dir: string): CopyChoice[] {
  const folder = resolve(dir)
  requireOwnEntries(folder)
  return listCopies(folder).map(copy => {
    const file = join(copiesFolder({ dir: folder }), copy.name)
    const problem = brokenBecause(file)
    const beyond = problem === null ? stepsBeyond(folder, file) : { corrections: 0, marks: 0 }
    return { ...copy, problem, ...beyond }
  })
}

function stepsBeyond(dir: string, copy: string): { corrections: number; marks: number } {
  const beyond = { corrections: 0, marks: 0 }
  const log = logFile({ dir })
  try {
    if (!existsSync(log)) return beyond
    const { db } = openReadonly(copy)
    const [id, known] = [readMeta(db, 'id'), Number(readMeta(db, 'log') ?? 0)]
    db.close()
    if (id !== undefined && (projectOfLog(log) ?? id) !== id) return beyond
    const labels = new Set<string>()
    for (const { entry } of readLog(log, known))
      if (entry?.kind === 'mark') beyond.marks += entry.images.length
      else if (entry?.kind === 'labels') labels.add(entry.step)
      else if (entry && entry.kind !== 'log') beyond.corrections++
    beyond.corrections += labels.size
  } catch (error) {
    if (!(error instanceof RelabelError)) throw error // what is wrong with it is told when it is replayed
  }
  return beyond
}
