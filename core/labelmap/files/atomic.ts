/** Writing a whole file at once: readers see the old one or the new one, never a part. */
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { diskError } from './disk-error.ts'

/** Writes `bytes` beside `path`, makes them durable, and renames; throws 'disk'. */
export async function writeAtomic(path: string, bytes: Uint8Array | string): Promise<void> {
  const beside = `${path}.tmp`
  try {
    const file = await open(beside, 'w')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined)
    diskError(error, path, 'write')
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
