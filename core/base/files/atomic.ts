/** Writes a file atomically: readers see the old or the new file and never a part, even after a kill. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { diskError } from './disk-error.ts'

/** What goes into a file: text, bytes, or pieces of bytes that are never joined in memory. */
export type Content = string | Uint8Array | readonly Uint8Array[]

/** Operating systems write at most 2 GiB per call. */
const largestWrite = 1 << 30

/** Pieces of at most {@link largestWrite} bytes, as views. */
function* piecesOf(content: Content): Generator<Uint8Array> {
  const parts =
    typeof content === 'string' ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content
  for (const part of parts)
    for (let at = 0; at < part.length; at += largestWrite) yield part.subarray(at, at + largestWrite)
}

const beside = (path: string): string => `${path}.${process.pid}.tmp`

/** Writes beside `path`, makes it durable, and renames. Rejects with `disk`, the path and the way out. */
export async function writeAtomic(path: string, content: Content): Promise<void> {
  const temporary = beside(path)
  try {
    await rm(temporary, { force: true }) // left by a kill, or a link that somebody put there: never written through
    const file = await open(temporary, 'wx')
    try {
      for (const piece of piecesOf(content))
        for (let at = 0; at < piece.length;) at += (await file.write(piece, at)).bytesWritten
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    diskError(error, path, 'write')
  }
}

/** Synchronous {@link writeAtomic}; `mode`: who may read and write the file. */
export function writeAtomicSync(path: string, content: Content, { mode = 0o666 } = {}): void {
  const temporary = beside(path)
  try {
    rmSync(temporary, { force: true })
    const fd = openSync(temporary, 'wx', mode)
    try {
      for (const piece of piecesOf(content))
        for (let at = 0; at < piece.length;) at += writeSync(fd, piece, at)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, path)
    syncFolderSync(dirname(path))
  } catch (error) {
    rmSync(temporary, { force: true })
    diskError(error, path, 'write')
  }
}

/** Creates a folder and its parents; throws `disk`. */
export function makeFolderSync(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true })
  } catch (error) {
    diskError(error, dir, 'write')
  }
}

/** Makes names in a folder durable; systems that cannot open folders (Windows) need no such call. */
export async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r').catch(() => null)
  if (!folder) return
  try {
    await folder.sync().catch(() => undefined)
  } finally {
    await folder.close()
  }
}

/** Synchronous {@link syncFolder}. */
export function syncFolderSync(dir: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(dir, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
