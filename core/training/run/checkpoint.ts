/** Checkpoints of a run: one safetensors file each, written atomically, with progress and a checksum inside. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { fail, messageOf, RelabelError } from '../../base/error.ts'
import type { FloatArray } from '../../engine/engine.ts'
import { checkSafetensorsHead, decodeSafetensors, encodeSafetensors } from '../../graph/safetensors.ts'
import { makeFolderSync, writeAtomicSync } from '../../base/files/atomic.ts'
import { requireOwnedFile } from '../../base/files/owned.ts'
import { readBytes } from '../../base/files/read.ts'
import { parseJson } from '../../base/json.ts'
import { metrics } from '../../contract/metrics.ts'

/** Progress of a run: `step` steps are done, `batch` of them in epoch `epoch`. */
const progressSchema = z.object({
  /** Hash of everything that determines the losses; a checkpoint of another configuration is refused. */
  fingerprint: z.string(),
  step: z.int().min(0),
  epoch: z.int().min(0),
  /** Batches done in this epoch. */
  batch: z.int().min(0),
  /** Sum of this epoch's losses so far. */
  lossSum: z.number(),
  /** Mean loss of the last complete epoch. */
  lastLoss: z.number().nullable(),
  /** The latest validation. */
  val: metrics.nullable(),
  /** Best validation value so far, and its epoch. */
  best: z.object({ value: z.number(), epoch: z.int() }).nullable(),
  /** Seconds of training so far, over all attempts. */
  seconds: z.number(),
  /** Seconds of that in training steps. */
  stepSeconds: z.number(),
})
export type Progress = z.infer<typeof progressSchema>

/** A checkpoint in memory. */
export interface Checkpoint {
  progress: Progress
  state: Map<string, FloatArray>
}

const format = '1'
const limits = { what: 'a checkpoint', maxBytes: 2 ** 35 }
const nameOf = (step: number): string => `step-${String(step).padStart(9, '0')}.safetensors`
const bestName = 'best.safetensors'
const pattern = /^step-(\d{9,})\.safetensors$/

/** CRC-32 over names, shapes and values, in the order of names. */
function checksum(state: Map<string, FloatArray>): number {
  let crc = 0
  for (const name of [...state.keys()].sort()) {
    const { shape, data } = state.get(name)!
    crc = crc32(`${name}:${shape.join(',')};`, crc)
    crc = crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), crc)
  }
  return crc
}

/** Writes a checkpoint, then removes all but the last `keep`. Returns its path. Throws `disk`. */
export function saveCheckpoint(
  dir: string,
  checkpoint: Checkpoint,
  options: { keep: number; best?: boolean },
): string {
  makeFolderSync(dir)
  const bytes = encodeSafetensors(checkpoint.state, {
    format,
    progress: JSON.stringify(checkpoint.progress),
    crc32: String(checksum(checkpoint.state)),
  })
  const file = join(dir, nameOf(checkpoint.progress.step))
  writeAtomicSync(file, bytes)
  if (options.best) writeAtomicSync(join(dir, bestName), bytes)
  const old = stepFiles(dir).slice(0, -options.keep)
  for (const name of old) rmSync(join(dir, name), { force: true })
  return file
}

/** Names of the numbered checkpoints, oldest first. */
function stepFiles(dir: string): string[] {
  let names: string[]
  try {
    names = readdirSync(dir)
  } catch {
    return []
  }
  const step = (name: string): number => Number(pattern.exec(name)![1])
  return names.filter(name => pattern.test(name)).sort((a, b) => step(a) - step(b))
}

/**
 * Reads and checks one checkpoint; throws `bad-data` for a torn or changed file, `mismatch` for another configuration.
 */
export function readCheckpoint(file: string, fingerprint?: string): Checkpoint {
  let read: ReturnType<typeof decodeSafetensors>
  let told: unknown
  try {
    requireOwnedFile(file)
    checkSafetensorsHead(readBytes(file, limits, 8), file) // before all of it is read into memory
    read = decodeSafetensors(readBytes(file, limits), file)
    told = parseJson(read.metadata['progress'] ?? 'null', `the progress in ${file}`)
  } catch (error) {
    return fail('bad-data', `${file}: the checkpoint is incomplete (${messageOf(error)})`, { file }, error)
  }
  const { data: progress } = progressSchema.safeParse(told)
  if (read.metadata['format'] !== format || !progress)
    return fail('bad-data', `${file}: not a checkpoint of this program`, { file })
  if (read.metadata['crc32'] !== String(checksum(read.tensors)))
    fail('bad-data', `${file}: the checksum does not match; the file is damaged`, { file })
  if (fingerprint !== undefined && progress.fingerprint !== fingerprint)
    fail(
      'mismatch',
      `${file}: this checkpoint was written with another configuration or data set; resume with the same one, or start a new run`,
      { file },
    )
  return { progress, state: read.tensors }
}

/** What {@link latestCheckpoint} found, and what it skipped. */
export interface Latest {
  checkpoint: Checkpoint
  file: string
  refused: { file: string; reason: string }[]
}

/**
 * The newest valid checkpoint; damaged ones are skipped and listed. Undefined if there is none at
 * all; throws the newest one's error if none can be used, and `mismatch` immediately.
 */
export function latestCheckpoint(dir: string, fingerprint: string): Latest | undefined {
  const refused: Latest['refused'] = []
  let newest: unknown
  for (const name of stepFiles(dir).reverse()) {
    const file = join(dir, name)
    try {
      return { checkpoint: readCheckpoint(file, fingerprint), file, refused }
    } catch (error) {
      if (error instanceof RelabelError && error.code === 'mismatch') throw error
      newest ??= error
      refused.push({ file, reason: messageOf(error) })
    }
  }
  if (newest !== undefined) throw newest
  return undefined
}

/** Path of the best checkpoint's file, which may not exist. */
export function bestCheckpoint(dir: string): string {
  return join(dir, bestName)
}
