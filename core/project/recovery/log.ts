/**
 * The log of a person's work beside the database: every step of correcting, every change of labels and truth, every
 * review mark and every change of the classes, durable before the database has it.
 * A line is the CRC-32 of its JSON and the JSON. `meta.log` in the database stores up to which byte of the log it has
 * everything.
 */
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { diskError } from '../../base/files/disk-error.ts'
import { openToRead } from '../../base/files/read.ts'
import { syncFolderSync } from '../../base/files/atomic.ts'
import { reviewState } from '../../contract/review-state.ts'
import { classPatch } from '../../contract/api/classes.ts'
import { editId } from '../../contract/api/corrections.ts'
import { labelField } from '../../contract/api/labels.ts'
import { annotationId } from '../../contract/ids.ts'
import { transaction, type Db } from '../database/connection.ts'
import { logFile } from '../database/entries.ts'
import type { Project } from '../database/handle.ts'
import { countStep } from './copies.ts'

const step = { image: z.string(), annotation: annotationId, version: z.int().min(0) }
const entrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('log'), format: z.literal(1), project: z.string().max(100) }),
  z.object({
    kind: z.literal('apply'),
    ...step,
    edit: z.object({ id: editId, author: z.string(), created: z.string(), content: z.base64() }),
  }),
  z.object({ kind: z.enum(['undo', 'redo']), ...step, edit: editId }),
  z.object({
    kind: z.literal('mark'),
    state: reviewState,
    /** Milliseconds since 1970. */
    time: z.int().min(0),
    /** Images of the whole mark, of which a line may hold a part. */
    marks: z.int().min(1),
    /** Keys. */
    images: z.array(z.string()).min(1),
  }),
  z.object({
    kind: z.literal('classes'),
    /** Of the classes, before it. */
    version: z.int().min(0),
    /** Milliseconds since 1970. */
    time: z.int().min(0),
    patches: z.array(classPatch).min(1),
  }),
  z.object({
    kind: z.literal('labels'),
    /** Of one step, all lines have one id. */
    step: editId,
    field: labelField,
    what: z.enum(['change', 'undo', 'redo']),
    /** Which change is undone or redone; null for a change. */
    change: editId.nullable(),
    author: z.string(),
    /** Milliseconds since 1970. */
    time: z.int().min(0),
    /** Images of the whole step, of which a line may hold a part. */
    of: z.int().min(1),
    /** What the images of this line have after the step. */
    to: z.union([z.int().min(0), z.array(z.int().min(0)), z.null()]),
    /** Keys. */
    images: z.array(z.string()).min(1),
  }),
])
/**
 * The head of a log, which names its project; a step of correcting: `version` is the one it was made on, `image` is a
 * key; a review mark; a change of the classes; or a step of labels or truth.
 */
export type LogEntry = z.infer<typeof entrySchema>
export type LoggedStep = Exclude<LogEntry, { kind: 'log' }>
export type LoggedMark = Extract<LogEntry, { kind: 'mark' }>
export type LoggedClasses = Extract<LogEntry, { kind: 'classes' }>
export type LoggedLabels = Extract<LogEntry, { kind: 'labels' }>
export type LoggedEdit = Exclude<LoggedStep, LoggedMark | LoggedClasses | LoggedLabels>

/** Longer lines were not written by this program. */
const longestLine = 2 ** 28

const lineOf = (entry: LogEntry): string => {
  const text = JSON.stringify(entry)
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`
}

/** The entry of a line; null if the line is incomplete or damaged. */
function parseLine(line: string): LogEntry | null {
  const text = line.slice(9)
  if (line[8] !== ' ' || line.slice(0, 8) !== crc32(text).toString(16).padStart(8, '0')) return null
  try {
    return entrySchema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

export const readMeta = (db: Db, key: string): string | undefined =>
  db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?').get(key)?.value

export function writeMeta(db: Db, key: string, value: string): void {
  db.prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(key, value)
}

/** The project's id; a project from before the log existed gets one now. */
function identityOf(db: Db): string {
  const known = readMeta(db, 'id')
  if (known !== undefined) return known
  const id = randomUUID()
  writeMeta(db, 'id', id)
  return id
}

/** Notes steps in the log, within the transaction that saves them. */
export type Log = (...steps: readonly LoggedStep[]) => void

/** Saves in one transaction, and in the log before that is committed: neither has a step without the other. */
export function saveLogged<T>(project: Project, save: (log: Log) => T): T {
  let takeBack: (() => void) | undefined
  try {
    const result = transaction(project.db, () => save((...steps) => (takeBack = appendSteps(project, steps))))
    if (takeBack) countStep(project.db)
    return result
  } catch (error) {
    takeBack?.()
    throw error
  }
}

/**
 * Appends steps and makes them durable, in the transaction that saves them. Gives what takes them back, to be called
 * where the transaction fails after all. Throws `disk`.
 */
function appendSteps(project: Project, entries: readonly LoggedStep[]): () => void {
  const file = logFile(project)
  try {
    const isNew = !existsSync(file)
    const handle = openSync(file, 'a+')
    try {
      const { size } = fstatSync(handle)
      const head =
        size === 0
          ? lineOf({ kind: 'log', format: 1, project: identityOf(project.db) })
          : tornEnd(handle, size)
      const bytes = Buffer.from(head + entries.map(lineOf).join(''))
      if (Number(readMeta(project.db, 'log') ?? 0) === size)
        writeMeta(project.db, 'log', String(size + bytes.length))
      const takeBack = (): void => cut(file, size)
      try {
        for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at)
        fsyncSync(handle)
      } catch (error) {
        takeBack()
        throw error
      }
      if (isNew) syncFolderSync(dirname(file))
      return takeBack
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    return diskError(error, file, 'write')
  }
}

/** Terminates a line that a kill cut off. */
function tornEnd(handle: number, size: number): string {
  const last = Buffer.alloc(1)
  readSync(handle, last, 0, 1, size - 1)
  return last[0] === 10 ? '' : '\n'
}

function cut(file: string, size: number): void {
  const handle = openSync(file, 'r+')
  try {
    ftruncateSync(handle, size)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Entries from a byte on, each with its start byte; null: a torn or damaged line. */
export function* readLog(file: string, from: number): Generator<{ at: number; entry: LogEntry | null }> {
  const handle = openToRead(file, { what: 'a log of corrections', maxBytes: Infinity })
  try {
    const buffer = Buffer.allocUnsafe(2 ** 20)
    let pieces: Buffer[] = []
    let start = from
    for (let at = from; ;) {
      const read = readAt(handle, buffer, at, file)
      if (read === 0) break
      let begin = 0
      for (let end = buffer.indexOf(10); end >= 0 && end < read; end = buffer.indexOf(10, end + 1)) {
        const line = Buffer.concat([...pieces, buffer.subarray(begin, end)])
        if (line.length > 0) yield { at: start, entry: parseLine(line.toString()) }
        pieces = []
        begin = end + 1
        start = at + begin
      }
      const held = pieces.reduce((sum, piece) => sum + piece.length, 0)
      // Of an overlong line, only enough is kept to detect it as damaged.
      if (held < longestLine) pieces.push(Buffer.from(buffer.subarray(begin, read)))
      at += read
    }
    if (pieces.some(piece => piece.length > 0)) yield { at: start, entry: null }
  } finally {
    closeSync(handle)
  }
}

function readAt(handle: number, buffer: Buffer, at: number, file: string): number {
  try {
    return readSync(handle, buffer, 0, buffer.length, at)
  } catch (error) {
    return diskError(error, file, 'read')
  }
}

/** The header of a log: its first line; null if that is damaged. */
export function projectOfLog(file: string): string | null {
  for (const { entry } of readLog(file, 0)) return entry?.kind === 'log' ? entry.project : null
  return null
}
