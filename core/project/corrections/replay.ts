/** Replays steps of the log that a database lacks, after restoring a copy or losing a write. */
import { existsSync, renameSync, statSync } from 'node:fs'
import { messageOf } from '../../base/error.ts'
import { replayMark } from '../browse/review.ts'
import { replayClasses } from '../classes/change.ts'
import { asProjectError, transaction } from '../database/connection.ts'
import { logFile } from '../database/entries.ts'
import type { Project } from '../database/handle.ts'
import { replayLabels } from '../labels/replay.ts'
import {
  projectOfLog,
  readLog,
  readMeta,
  writeMeta,
  type LoggedEdit,
  type LoggedStep,
} from '../recovery/log.ts'
import { unpackEdit } from './edit-content.ts'
import { replayStep } from './store.ts'

/** The result of a replay. */
export interface Replay {
  /** Number of steps that were replayed. */
  applied: number
  /** Steps that could not be replayed, one sentence each; at most a hundred. */
  failed: string[]
}

const mostFailures = 100

/**
 * Replays the part of the project's own log that the database lacks; call it when the project is opened for writing. A
 * log of another project is set aside. Steps that cannot be replayed are reported and retried the next time.
 */
export function replayOwnLog(project: Project): Replay {
  const { db } = project
  const file = logFile(project)
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const known = Number(readMeta(db, 'log') ?? 0)
  if (size === 0 || size === known) return { applied: 0, failed: [] }
  try {
    const id = readMeta(db, 'id')
    const of = projectOfLog(file)
    if (id !== undefined && of !== null && of !== id) {
      putAside(file)
      return { applied: 0, failed: [] }
    }
    const { applied, failed, firstFailure } = replay(project, file, Math.min(known, size))
    transaction(db, () => {
      if (id === undefined && of !== null) writeMeta(db, 'id', of)
      writeMeta(db, 'log', String(firstFailure ?? size))
    })
    return { applied, failed }
  } catch (error) {
    throw asProjectError(error, file)
  }
}

/**
 * Replays a log into a project, possibly a different one with the same images and annotations; known steps are skipped.
 */
export function replayForeignLog(project: Project, file: string): Replay {
  const { applied, failed } = replay(project, file, 0)
  return { applied, failed }
}

function putAside(file: string): void {
  for (let count = 1; ; count++) {
    const aside = file.replace(/\.jsonl$/, `.other-${count}.jsonl`)
    if (existsSync(aside)) continue
    renameSync(file, aside)
    return
  }
}

function replay(project: Project, file: string, from: number): Replay & { firstFailure: number | null } {
  const result: Replay & { firstFailure: number | null } = { applied: 0, failed: [], firstFailure: null }
  const failed = (at: number, reason: string): void => {
    result.firstFailure ??= at
    if (result.failed.length < mostFailures) result.failed.push(`${file}, byte ${at}: ${reason}`)
  }
  for (const { at, entry } of readLog(file, from)) {
    if (!entry)
      result.failed.push(`${file}, byte ${at}: a line is damaged, or was cut off before it was saved`)
    if (!entry || entry.kind === 'log') continue
    try {
      if (replayEntry(project, entry)) result.applied++
    } catch (error) {
      failed(at, `${titleOf(entry)} could not be replayed: ${messageOf(error)}`)
    }
  }
  return result
}

/** False: the database has it already. */
function replayEntry(project: Project, entry: LoggedStep): boolean {
  if (entry.kind === 'mark') return replayMark(project, entry)
  if (entry.kind === 'classes') return replayClasses(project, entry)
  if (entry.kind === 'labels') return replayLabels(project, entry)
  return replayStep(project, entry, decoded(entry))
}

function titleOf(entry: LoggedStep): string {
  if (entry.kind === 'mark') return `the mark of "${entry.state}" of ${entry.images[0]}`
  if (entry.kind === 'classes') return `the change of class ${entry.patches[0]!.class}`
  if (entry.kind === 'labels') return `the ${entry.what} of the ${entry.field} of ${entry.images[0]}`
  return `the ${entry.kind} of ${entry.image}`
}

const decoded = (entry: LoggedEdit): ReturnType<typeof unpackEdit> | null =>
  entry.kind === 'apply' ? unpackEdit(Buffer.from(entry.edit.content, 'base64'), entry.edit) : null
