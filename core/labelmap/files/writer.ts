/** Writing an annotation's label maps so that a kill at any moment loses at most the last batch. */
import { mkdir } from 'node:fs/promises'
import { fail } from '../../base/error.ts'
import { manifestSchema, sameProvenance } from '../../contract/manifest.ts'
import type { LogitMode, Manifest } from '../../contract/manifest.ts'
import type { LabelMap } from '../label-map.ts'
import { encodeLabelMap } from '../codec/record.ts'
import { openAppender } from './appender.ts'
import type { Appender, WaitingRecord } from './appender.ts'
import { diskError } from '../../base/files/disk-error.ts'
import { lockFolder, type Lock } from '../../base/files/lock.ts'
import { encodeFrame } from './frame.ts'
import { writeIndex } from './index-file.ts'
import { findManifest, writeManifest } from './manifest-file.ts'
import { zstd } from './zstd.ts'

/** Records become durable together once this many bytes or records wait, or this much time has passed. */
const batch = { bytes: 1 << 20, records: 256, milliseconds: 1000 }
/** With more than this waiting for the disk, `append` waits too. */
const mostWaiting = 16 << 20

/** Options of {@link createLabelMapWriter}. */
export interface WriterOptions {
  /** Provenance; when a folder is resumed, it must agree with the folder's own, which stays as it is. */
  manifest: Manifest
  logits: LogitMode
  /** Size at which the next shard begins; default 64 MiB. */
  shardBytes?: number
}

/** Of one record. */
interface AppendOptions {
  /** Hash of the image file that the map was made of. */
  imageHash?: string
  /** Whether it takes the place of the key's earlier record. */
  replace?: boolean
}

/** An open annotation to write to; one per folder. */
export interface LabelMapWriter {
  /** The manifest in force: the folder's own when it was resumed. */
  readonly manifest: Manifest
  /** Keys with a durable record. */
  readonly count: number
  /** Bytes of their durable records. */
  readonly bytes: number
  /** Records that were added and are not durable yet. */
  readonly pending: number
  /** Whether the key's record is durable, so that a resumed job passes it over. */
  has(key: string): boolean
  /** Hash of the image file that the key's durable record was made of; null: not stored, undefined: no record. */
  imageHash(key: string): string | null | undefined
  /**
   * Adds a record. The files' bytes depend only on the sequence of (key, map, image hash), not on timing or kills.
   * Throws 'usage' for a key that is there already unless the new record is to `replace` it, 'bad-label-map' for a map
   * that cannot be stored, and 'disk' when this or an earlier batch could not be written: nothing is lost then, the
   * next call tries again.
   */
  append(key: string, map: LabelMap, meta?: AppendOptions): Promise<void>
  /** Makes everything appended so far durable. */
  flush(): Promise<void>
  /** Writes what waits and the index, and closes. */
  finish(): Promise<void>
  /** Writes what waits and closes without the index; to be resumed. */
  close(): Promise<void>
}

/**
 * Opens a folder (made when missing) for writing. A tail that a killed writer left is cut off at the last whole record.
 * Throws 'mismatch' when the folder holds maps of another provenance, 'locked' while another process writes it,
 * 'bad-label-map' where whole records lie behind damage (repair first), and 'disk'.
 */
export async function createLabelMapWriter(dir: string, options: WriterOptions): Promise<LabelMapWriter> {
  const wanted = checkManifest(options)
  await mkdir(dir, { recursive: true }).catch((error: unknown) => diskError(error, dir, 'write'))
  const lock = lockFolder(dir)
  try {
    const found = await findManifest(dir)
    const difference = found && sameProvenance(found, wanted)
    if (difference)
      fail(
        'mismatch',
        `${dir} holds label maps made with another ${difference}; begin a new annotation instead`,
        { dir },
      )
    const manifest = found ?? wanted
    if (!found) await writeManifest(dir, manifest)
    const appender = await openAppender(dir, options.shardBytes ?? 64 << 20)
    return writerOf(dir, manifest, options.logits, appender, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

function checkManifest({ manifest, logits }: WriterOptions): Manifest {
  const parsed = manifestSchema.safeParse(manifest)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return fail('usage', `the manifest is not valid: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`)
  }
  if (parsed.data.logits !== logits)
    fail('usage', `the manifest says ${parsed.data.logits} logits, the writer was asked for ${logits}`)
  return parsed.data
}

/** An open annotation: what waits for the disk, and how the last batch went. */
interface OpenWriter {
  dir: string
  manifest: Manifest
  logits: LogitMode
  appender: Appender
  lock: Lock
  /** Records for the next batch, in order. */
  waiting: WaitingRecord[]
  /** Bytes and keys of all records that are not durable yet, those of the batch under way included. */
  waitingBytes: number
  accepted: Set<string>
  /** When the last batch ended, by `performance.now()`. */
  last: number
  running: Promise<void> | null
  /** Why the last batch could not be written. */
  failure: unknown
  open: boolean
}

/** Writes everything that waits; the records of a failed batch go on waiting. Never rejects, see `failure`. */
function write(writer: OpenWriter): Promise<void> {
  return (writer.running ??= writeBatch(writer))
}

async function writeBatch(writer: OpenWriter): Promise<void> {
  const taken = writer.waiting
  writer.waiting = []
  try {
    await writer.appender.write(taken)
    writer.failure = undefined
    for (const { key, frame } of taken) {
      writer.accepted.delete(key)
      writer.waitingBytes -= frame.length
    }
  } catch (error) {
    writer.failure = error
    writer.waiting = [...taken, ...writer.waiting]
  } finally {
    writer.last = performance.now()
    writer.running = null
  }
}

async function drain(writer: OpenWriter): Promise<void> {
  if (writer.running) await writer.running
  while (writer.waiting.length > 0) {
    await write(writer)
    if (writer.failure !== undefined) throw writer.failure
  }
}

function demandOpen({ open, dir }: OpenWriter): void {
  if (!open) fail('usage', `the writer of ${dir} is closed`)
}

async function append(writer: OpenWriter, key: string, map: LabelMap, meta: AppendOptions): Promise<void> {
  demandOpen(writer)
  const { dir, manifest, appender, accepted } = writer
  if ((appender.has(key) && !meta.replace) || accepted.has(key))
    fail('usage', `${dir} has a label map of ${key} already`, { key })
  if (map.shape[0] > manifest.topK)
    fail(
      'usage',
      `the label map of ${key} lists ${map.shape[0]} classes per cell; the annotation was begun with ${manifest.topK}`,
    )
  const encoded = encodeLabelMap(map, writer.logits, zstd)
  const imageHash = meta.imageHash ?? null
  const frame = encodeFrame({ key, imageHash, map: encoded })
  if (writer.failure !== undefined) await drain(writer)
  accepted.add(key)
  writer.waiting.push({ key, frame, imageHash })
  writer.waitingBytes += frame.length
  if (!writer.running && isDue(writer)) void write(writer)
  if (writer.waitingBytes > mostWaiting) await drain(writer)
}

function isDue({ last, waiting, waitingBytes }: OpenWriter): boolean {
  return (
    performance.now() - last > batch.milliseconds ||
    waitingBytes >= batch.bytes ||
    waiting.length >= batch.records
  )
}

/** Writes what waits and gives everything back; `before` is the last thing done to the folder. */
async function end(writer: OpenWriter, before: () => Promise<void>): Promise<void> {
  if (!writer.open) return
  writer.open = false
  try {
    await drain(writer)
    await before()
  } finally {
    await writer.appender.close()
    writer.lock.release()
  }
}

function writerOf(
  dir: string,
  manifest: Manifest,
  logits: LogitMode,
  appender: Appender,
  lock: Lock,
): LabelMapWriter {
  const writer: OpenWriter = {
    dir,
    manifest,
    logits,
    appender,
    lock,
    waiting: [],
    waitingBytes: 0,
    accepted: new Set(),
    last: performance.now(),
    running: null,
    failure: undefined,
    open: true,
  }
  return {
    manifest,
    get count() {
      return appender.count
    },
    get bytes() {
      return appender.bytes
    },
    get pending() {
      return writer.accepted.size
    },
    has: key => appender.has(key),
    imageHash: key => appender.imageHash(key),
    append: (key, map, meta = {}) => append(writer, key, map, meta),
    async flush() {
      demandOpen(writer)
      await drain(writer)
    },
    finish: () => end(writer, () => writeIndex(dir, appender.index())),
    close: () => end(writer, async () => undefined),
  }
}
