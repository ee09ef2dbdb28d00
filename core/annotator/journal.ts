/** What happened to each image of an annotation, one JSON line an image, in order: its hash, or why it was skipped. */
import { createReadStream, existsSync } from 'node:fs'
import { open, rename, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { asDiskError } from './disk-error.ts'

/** A line of `images.jsonl`. */
export type JournalEntry = { key: string; sha256: string } | { key: string; skipped: string }

/** The file's name in an annotation's folder. */
export const journalName = 'images.jsonl'

/** Reads the whole lines of a journal; one that a kill cut off ends it. A missing file is an empty journal. */
export async function readJournal(dir: string): Promise<Map<string, JournalEntry>> {
  const file = join(dir, journalName)
  const entries = new Map<string, JournalEntry>()
  if (!existsSync(file)) return entries
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity })
  for await (const line of lines) {
    const entry = parse(line)
    if (!entry) break
    entries.set(entry.key, entry)
  }
  lines.close()
  return entries
}

function parse(line: string): JournalEntry | undefined {
  try {
    const value = JSON.parse(line) as Partial<Record<'key' | 'sha256' | 'skipped', unknown>>
    if (typeof value.key !== 'string') return undefined
    if (typeof value.sha256 === 'string') return { key: value.key, sha256: value.sha256 }
    return typeof value.skipped === 'string' ? { key: value.key, skipped: value.skipped } : undefined
  } catch {
    return undefined
  }
}

/** A journal that is being written. */
export interface Journal {
  append(entries: readonly JournalEntry[]): Promise<void>
  /** Forces it to the disk. */
  sync(): Promise<void>
  close(): Promise<void>
}

const textOf = (entries: Iterable<JournalEntry>): string =>
  [...entries].map(entry => `${JSON.stringify(entry)}\n`).join('')

/** Starts a journal over with what is known (atomically), and goes on behind it. */
export async function openJournal(dir: string, known: Iterable<JournalEntry>): Promise<Journal> {
  const file = join(dir, journalName)
  let handle: FileHandle
  try {
    await writeFile(`${file}.new`, textOf(known), { flush: true })
    await rename(`${file}.new`, file)
    handle = await open(file, 'a')
  } catch (error) {
    throw asDiskError(error, file)
  }
  return {
    async append(entries) {
      await handle.appendFile(textOf(entries)).catch((error: unknown) => {
        throw asDiskError(error, file)
      })
    },
    sync: () => handle.sync(),
    close: () => handle.close(),
  }
}
