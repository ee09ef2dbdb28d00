/**
 * The logits of a run on a split, beside its answers: what scoring them again by another truth needs. Dense: float32
 * [images, model classes], little-endian. Above the limit only the highest of each image, as pairs of a uint32 class and
 * a float32 logit: enough for top-1, top-5 and ReaL, not for average precision and loss.
 */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { fail } from '../../../core/base/error.ts'
import { diskError } from '../../../core/base/files/disk-error.ts'
import { requireOwnedFile } from '../../../core/base/files/owned.ts'
import { readBytes } from '../../../core/base/files/read.ts'
import { never } from '../../../core/training/measure/score.ts'

/** Bytes up to which all logits of a split are kept: 67,000 images of 1,000 classes. */
export const mostDenseBytes = 2 ** 28
/** Classes of an image that are kept above that. */
export const keptAbove = 10

export const scoresInfo = z.object({
  form: z.enum(['dense', 'top']),
  /** Classes of the model. */
  classes: z.int().min(1),
  /** Of the file. */
  crc32: z.number(),
})
export type ScoresInfo = z.infer<typeof scoresInfo>

export interface ScoresWriter {
  add(logits: Float32Array): void
  /** Puts the file in place; null: nothing was added. */
  finish(): ScoresInfo | null
  /** Removes what was written. */
  discard(): void
}

const bytesAtOnce = 2 ** 20

/** `images`: how many there will be at most. Throws `disk`. */
export function writeScores(file: string, images: number, mostBytes = mostDenseBytes): ScoresWriter {
  const draft = `${file}.new`
  const guarded = <T>(action: () => T): T => {
    try {
      return action()
    } catch (error) {
      return diskError(error, draft, 'write')
    }
  }
  let handle: number | null = null
  let info: ScoresInfo | null = null
  let waiting: Buffer[] = []
  let held = 0
  const flush = (): void => {
    const bytes = Buffer.concat(waiting)
    for (let at = 0; at < bytes.length;) at += writeSync(handle!, bytes, at)
    info!.crc32 = crc32(bytes, info!.crc32)
    waiting = []
    held = 0
  }
  const close = (): void => {
    if (handle !== null) closeSync(handle)
    handle = null
  }
  return {
    add: logits =>
      guarded(() => {
        handle ??= openSync(draft, 'w')
        info ??= {
          form: images * logits.length * 4 <= mostBytes ? 'dense' : 'top',
          classes: logits.length,
          crc32: 0,
        }
        const row = info.form === 'dense' ? logits.slice() : highest(logits)
        waiting.push(Buffer.from(row.buffer, row.byteOffset, row.byteLength))
        held += row.byteLength
        if (held >= bytesAtOnce) flush()
      }),
    finish: () =>
      guarded(() => {
        if (handle === null) return null
        flush()
        close()
        renameSync(draft, file)
        return info
      }),
    discard() {
      close()
      rmSync(draft, { force: true })
    },
  }
}

/** Pairs of class and logit, the highest first; ties: the lower class. */
function highest(logits: Float32Array): Uint32Array {
  const order = Array.from(logits, (_, c) => c).sort((a, b) => logits[b]! - logits[a]! || a - b)
  const row = new Uint32Array(2 * Math.min(keptAbove, logits.length))
  const values = new Float32Array(row.buffer)
  for (let k = 0; k < row.length / 2; k++) {
    row[2 * k] = order[k]!
    values[2 * k + 1] = logits[order[k]!]!
  }
  return row
}

/** One row of logits [model classes] after another, in one buffer; throws `bad-data` where the file is not what was written. */
export function* readScores(file: string, info: ScoresInfo, images: number): Generator<Float32Array> {
  const { classes } = info
  const pairs = Math.min(keptAbove, classes)
  const wide = info.form === 'dense' ? classes : 2 * pairs
  const size = images * wide * 4
  const bytes = readBytes(requireOwnedFile(file, size), { what: 'a run’s logits', maxBytes: size })
  if (bytes.length !== size || crc32(bytes) !== info.crc32)
    fail('bad-data', `${file} is not what was written; evaluate the run again`, { file })
  const { buffer } = Uint8Array.from(bytes)
  const values = new Float32Array(buffer)
  if (info.form === 'dense') {
    for (let i = 0; i < images; i++) yield values.subarray(i * classes, (i + 1) * classes)
    return
  }
  const ids = new Uint32Array(buffer)
  const row = new Float32Array(classes)
  for (let i = 0; i < images; i++) {
    row.fill(never)
    for (let k = 0; k < pairs; k++) row[ids[i * wide + 2 * k]!] = values[i * wide + 2 * k + 1]!
    yield row
  }
}
