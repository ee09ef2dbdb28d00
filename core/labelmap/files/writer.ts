/** Writing an annotation's label maps so that a kill at any moment loses at most the last batch. */
import { mkdir } from 'node:fs/promises'
import { fail } from '../../base/error.ts'
import { manifestSchema, sameProvenance } from '../../contract/manifest.ts'
import type { Manifest } from '../../contract/manifest.ts'
import type { LabelMap } from '../label-map.ts'
import { encodeLabelMap } from '../codec/record.ts'
import type { LogitMode } from '../codec/record.ts'
import { openAppender } from './appender.ts'
import { diskError } from '../../base/files/disk-error.ts'
import { encodeFrame } from './frame.ts'
import { writeIndex } from './index-file.ts'
import { lockFolder } from './lock.ts'
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

/** An open annotation to write to; one a folder. */
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
   * Throws 'usage' for a key that is there already unless the new record is to `replace` it, 'bad-label-map' for a map that
   * cannot be stored, and 'disk' when this or an earlier batch could not be written: nothing is lost then, the next call
   * tries again.
   */
  append(key: string, map: LabelMap, meta?: { imageHash?: string; replace?: boolean }): Promise<void>
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
  const unlock = await lockFolder(dir)
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
    return writerOf(dir, manifest, options.logits, appender, unlock)
  } catch (error) {
    await unlock()
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

type Appender = Awaited<ReturnType<typeof openAppender>>

function writerOf(
  dir: string,
  manifest: Manifest,
  logits: LogitMode,
  appender: Appender,
  unlock: () => Promise<void>,
): LabelMapWriter {
  let waiting: Parameters<Appender['write']>[0] = []
  let waitingBytes = 0
  const accepted = new Set<string>()
  let last = performance.now()
  let running: Promise<void> | null = null
  let failure: unknown
  let open = true

  /** Writes everything that waits; the records of a failed batch go on waiting. */
  function write(): Promise<void> {
    running ??= (async () => {
      const taken = waiting
      waiting = []
      try {
        await appender.write(taken)
        failure = undefined
        for (const { key, frame } of taken) {
          accepted.delete(key)
          waitingBytes -= frame.length
        }
      } catch (error) {
        failure = error
        waiting = [...taken, ...waiting]
      } finally {
        last = performance.now()
        running = null
      }
    })()
    return running
  }
  async function drain(): Promise<void> {
    if (running) await running
    while (waiting.length > 0) {
      await write()
      if (failure !== undefined) throw failure
    }
  }
  function demandOpen(): void {
    if (!open) fail('usage', `the writer of ${dir} is closed`)
  }
  async function end(before: () => Promise<void>): Promise<void> {
    if (!open) return
    open = false
    try {
      await drain()
      await before()
    } finally {
      await appender.close()
      await unlock()
    }
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
      return accepted.size
    },
    has: key => appender.has(key),
    imageHash: key => appender.imageHash(key),
    async append(key, map, meta = {}) {
      demandOpen()
      if ((appender.has(key) && !meta.replace) || accepted.has(key))
        fail('usage', `${dir} has a label map of ${key} already`, { key })
      if (map.shape[0] > manifest.topK)
        fail(
          'usage',
          `the label map of ${key} lists ${map.shape[0]} classes a cell; the annotation was begun with ${manifest.topK}`,
        )
      const encoded = encodeLabelMap(map, logits, zstd)
      const imageHash = meta.imageHash ?? null
      const frame = encodeFrame({ key, imageHash, map: encoded })
      if (failure !== undefined) await drain()
      accepted.add(key)
      waiting.push({ key, frame, imageHash })
      waitingBytes += frame.length
      const due = performance.now() - last > batch.milliseconds
      if (!running && (due || waitingBytes >= batch.bytes || waiting.length >= batch.records)) void write()
      if (waitingBytes > mostWaiting) await drain()
    },
    async flush() {
      demandOpen()
      await drain()
    },
    finish: () => end(async () => writeIndex(dir, await appender.index())),
    close: () => end(async () => undefined),
  }
}
