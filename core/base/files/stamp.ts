/** What a file is from outside: enough to see without reading it that it may be another one now, and then its hash. */
import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

/** A regular file as `stat` tells it. */
export interface FileStamp {
  /** Bytes. */
  size: number
  /** When its content was written, milliseconds since 1970. */
  modified: number
}

/** The file as it is now; null where there is no regular file, or none that this process may look at. Some microseconds. */
export function stampOf(file: string): FileStamp | null {
  try {
    const info = statSync(file, { throwIfNoEntry: false })
    return info?.isFile() ? { size: info.size, modified: info.mtimeMs } : null
  } catch {
    return null
  }
}

/** Whether both are known and nothing of the file's outside differs. */
export const isSameStamp = (a: FileStamp | null, b: FileStamp | null): boolean =>
  a !== null && b !== null && a.size === b.size && a.modified === b.modified

/** Files above this are hashed in pieces. */
const largest = 2 ** 26

/** SHA-256 in hexadecimal digits, and the stamp it belongs to; null where the file cannot be read, or changes meanwhile. */
export async function hashFile(file: string): Promise<{ sha256: string; stamp: FileStamp } | null> {
  const stamp = stampOf(file)
  if (!stamp) return null
  const hash = createHash('sha256')
  try {
    if (stamp.size > largest) await pipeline(createReadStream(file), hash)
    else hash.update(await readFile(file))
  } catch {
    return null
  }
  const sha256 = hash.digest('hex')
  return isSameStamp(stamp, stampOf(file)) ? { sha256, stamp } : null
}
