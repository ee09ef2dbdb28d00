/**
 * The images an annotation left out and why: `skipped.jsonl` beside the shards, one line per image, in the order tried.
 */
import { existsSync } from 'node:fs'
import { open, rename, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { diskError } from '../base/files/disk-error.ts'
import { readLines } from '../base/files/read.ts'
import type { Skipped } from '../contract/skipped.ts'
import { hashFile, isSameStamp, stampOf, type FileStamp } from '../base/files/stamp.ts'

/** An image without a label map. */
export interface SkippedImage extends Skipped {
  /** The file that was tried; absent where there was none, where it could not be read, and in lists of version 0.1. */
  tried?: TriedFile
}

/** A file that turned out to be bad. */
export interface TriedFile extends FileStamp {
  /** Hexadecimal. */
  sha256: string
}

/** The file's name in an annotation's folder. */
export const skippedName = 'skipped.jsonl'
const limits = { what: 'a list of skipped images', maxBytes: 2 ** 31, maxLine: 2 ** 20, mayBeCut: true }

/** Reads the whole lines; a line cut off by a kill ends the list. A missing file is an empty list. */
export async function readSkipped(dir: string): Promise<SkippedImage[]> {
  const file = join(dir, skippedName)
  if (!existsSync(file)) return []
  const found: SkippedImage[] = []
  for (const { line } of readLines(file, limits)) {
    const entry = parse(line)
    if (!entry) break
    found.push(entry)
  }
  return found
}

function parse(line: string): SkippedImage | undefined {
  try {
    const { key, reason, size, modified, sha256 } = JSON.parse(line) as Record<string, unknown>
    if (typeof key !== 'string' || typeof reason !== 'string') return undefined
    return typeof size === 'number' && typeof modified === 'number' && typeof sha256 === 'string'
      ? { key, reason, tried: { size, modified, sha256 } }
      : { key, reason }
  } catch {
    return undefined
  }
}

/**
 * What is to be known of a file that was just found to be bad and had this stamp before it was tried. Undefined where the
 * file is not the one any more, or cannot be read: then it is to be tried again.
 */
export async function triedFile(file: string, stamp: FileStamp | null): Promise<TriedFile | undefined> {
  const hashed = stamp && (await hashFile(file))
  return hashed && isSameStamp(stamp, hashed.stamp) ? { ...stamp, sha256: hashed.sha256 } : undefined
}

/**
 * The entry as it is to be kept, or undefined where its file is to be tried again: it is there now, or is another one
 * than was tried. One that was only touched is not.
 */
export async function keptEntry(entry: SkippedImage, file: string): Promise<SkippedImage | undefined> {
  const { tried } = entry
  const stamp = stampOf(file)
  if (!stamp || isSameStamp(stamp, tried ?? null)) return entry
  const hashed = tried && (await hashFile(file))
  return hashed && hashed.sha256 === tried.sha256
    ? { ...entry, tried: { ...hashed.stamp, sha256: tried.sha256 } }
    : undefined
}

/** The list while it is written. */
export interface SkippedList {
  /** Those known when it was opened, without those that are to be tried again. */
  readonly known: readonly SkippedImage[]
  append(image: SkippedImage): Promise<void>
  close(): Promise<void>
}

const lineOf = ({ key, reason, tried }: SkippedImage): string =>
  `${JSON.stringify({ key, reason, ...tried })}\n`

/**
 * Opens the list for writing; `keep` gives each entry as it stays, or undefined to take it off the list. A line that a
 * kill cut off goes too. All of that is one atomic step.
 */
export async function openSkipped(
  dir: string,
  keep: (entry: SkippedImage) => Promise<SkippedImage | undefined> = entry => Promise.resolve(entry),
): Promise<SkippedList> {
  const file = join(dir, skippedName)
  const known: SkippedImage[] = []
  for (const entry of await readSkipped(dir)) {
    const kept = await keep(entry)
    if (kept) known.push(kept)
  }
  let handle: FileHandle
  try {
    await writeFile(`${file}.new`, known.map(lineOf).join(''), { flush: true })
    await rename(`${file}.new`, file)
    handle = await open(file, 'a')
  } catch (error) {
    return diskError(error, file, 'write')
  }
  return {
    known,
    async append(image) {
      try {
        await handle.appendFile(lineOf(image))
        await handle.datasync()
      } catch (error) {
        diskError(error, file, 'write')
      }
    },
    close: () => handle.close(),
  }
}
