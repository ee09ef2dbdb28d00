/** Writing a file so that a kill leaves the old one or the new one, never half of it. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { fail, messageOf } from '../base/error.ts'

const largestWrite = 1 << 30

/** Writes to a temporary name beside `file`, syncs, renames. Throws `disk` with the file and the reason. */
export function writeAtomic(file: string, content: Uint8Array | string): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  const temporary = `${file}.${process.pid}.tmp`
  try {
    const fd = openSync(temporary, 'w')
    try {
      for (let at = 0; at < bytes.length;)
        at += writeSync(fd, bytes, at, Math.min(largestWrite, bytes.length - at))
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, file)
    syncFolder(dirname(file))
  } catch (error) {
    rmSync(temporary, { force: true })
    fail('disk', `${file}: cannot be written (${messageOf(error)})`, { file }, error)
  }
}

/** Makes a folder; throws `disk`. */
export function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true })
  } catch (error) {
    fail('disk', `${dir}: the folder cannot be made (${messageOf(error)})`, { dir }, error)
  }
}

/** Makes the rename durable; platforms that cannot open a folder do without. */
function syncFolder(dir: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(dir, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
