/**
 * Whether a closed database is byte for byte what this program wrote: checksums of its blocks lie in a file beside it while
 * nobody writes. SQLite's own checks see broken structure; a number or name that changed within a row only these see.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { syncFolderSync, writeAtomicSync } from '../../base/files/atomic.ts'
import { readText } from '../../base/files/read.ts'
import { parseJson } from '../../base/json.ts'

/** Bytes of a block. */
const block = 2 ** 20
const limits = { what: 'a list of checksums', maxBytes: 2 ** 24 }

const stored = z.object({
  format: z.literal(1),
  size: z.int().min(0),
  block: z.literal(block),
  crc32: z.array(z.int().min(0)),
  /** Of `crc32` itself, as JSON. */
  own: z.int().min(0),
})
type Checksums = z.infer<typeof stored>

/** Where the checksums of a database lie. */
export const checksumFile = (database: string): string => database.replace(/\.db$/, '.sum')

/** The size of a file and the CRC-32 of each block of it. */
function checksumsOf(file: string): Pick<Checksums, 'size' | 'crc32'> {
  const handle = openSync(file, 'r')
  try {
    const { size } = fstatSync(handle)
    const buffer = Buffer.allocUnsafe(Math.min(block, Math.max(1, size)))
    const sums: number[] = []
    for (let at = 0; at < size;) {
      let filled = 0
      while (filled < buffer.length) {
        const read = readSync(handle, buffer, filled, buffer.length - filled, at + filled)
        if (read === 0) break
        filled += read
      }
      if (filled === 0) break
      sums.push(crc32(buffer.subarray(0, filled)))
      at += filled
    }
    return { size, crc32: sums }
  } finally {
    closeSync(handle)
  }
}

/** Writes the checksums of a database that nobody writes. */
export function writeChecksums(database: string): void {
  const { size, crc32: sums } = checksumsOf(database)
  const content: Checksums = { format: 1, size, block, crc32: sums, own: crc32(JSON.stringify(sums)) }
  writeAtomicSync(checksumFile(database), JSON.stringify(content))
}

/** To be called before the first write: checksums must never be those of an earlier content. */
export function dropChecksums(database: string): void {
  const file = checksumFile(database)
  if (!existsSync(file)) return
  rmSync(file, { force: true })
  syncFolderSync(dirname(file))
}

function readChecksums(database: string): Checksums | null {
  try {
    const file = checksumFile(database)
    const { data } = stored.safeParse(parseJson(readText(file, limits), file))
    return data?.own === crc32(JSON.stringify(data?.crc32)) ? data : null
  } catch {
    return null
  }
}

/** `whole`: nothing changed since it was closed; `unknown`: it was not closed, or is being written; else what differs. */
export function compareChecksums(database: string): 'whole' | 'unknown' | { difference: string } {
  const wanted = readChecksums(database)
  if (!wanted || isPending(database)) return 'unknown'
  const found = checksumsOf(database)
  const at = wanted.crc32.findIndex((sum, index) => sum !== found.crc32[index])
  if (found.size === wanted.size && at < 0) return 'whole'
  // A writer that came meanwhile has taken the checksums away.
  if (!existsSync(checksumFile(database))) return 'unknown'
  return {
    difference:
      found.size === wanted.size
        ? `its content has changed near byte ${at * block}`
        : `it has ${found.size} bytes instead of ${wanted.size}`,
  }
}

/** Whether SQLite keeps changes beside the file that are not in it yet. */
export const isPending = (database: string): boolean =>
  ['-wal', '-journal'].some(ending => (statSync(database + ending, { throwIfNoEntry: false })?.size ?? 0) > 0)
