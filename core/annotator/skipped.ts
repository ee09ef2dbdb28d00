/** The images an annotation left out and why: `skipped.jsonl` beside the shards, one line an image, in image order. */
import { existsSync } from 'node:fs'
import { open, rename, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { diskError } from '../base/files/disk-error.ts'
import { readLines } from '../base/files/read.ts'

/** An image without a label map. */
export interface SkippedImage {
  key: string
  reason: string
}

/** The file's name in an annotation's folder. */
export const skippedName = 'skipped.jsonl'
const limits = { what: 'a list of skipped images', maxBytes: 2 ** 31, maxLine: 2 ** 20, mayBeCut: true }

/** Reads the whole lines; one that a kill cut off ends the list. A missing file is an empty list. */
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
    const { key, reason } = JSON.parse(line) as { key?: unknown; reason?: unknown }
    return typeof key === 'string' && typeof reason === 'string' ? { key, reason } : undefined
  } catch {
    return undefined
  }
}

/** The list while it is written. */
export interface SkippedList {
  /** Those known when it was opened. */
  readonly known: readonly SkippedImage[]
  append(image: SkippedImage): Promise<void>
  close(): Promise<void>
}

const lineOf = ({ key, reason }: SkippedImage): string => `${JSON.stringify({ key, reason })}\n`

/** Opens the list for writing; a line that a kill cut off is removed first (atomically). */
export async function openSkipped(dir: string): Promise<SkippedList> {
  const file = join(dir, skippedName)
  const known = await readSkipped(dir)
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
