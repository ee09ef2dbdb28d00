/** Reads a range of a file of any size. */
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { fail } from '../../base/error.ts'

/** One read call takes at most 2^31 − 1 bytes. */
const chunkBytes = 2 ** 30

/** Opens a file for reading, without waiting for the other end of a pipe. */
export const openWithoutWaiting = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))

/** Bytes [offset, offset + length) of an open file; throws `bad-model` if the file is shorter. */
export async function readRange(
  handle: FileHandle,
  offset: number,
  length: number,
  file: string,
): Promise<Uint8Array> {
  let bytes: Uint8Array
  try {
    bytes = new Uint8Array(length)
  } catch (cause) {
    return fail('bad-model', `${file}: ${length} bytes do not fit into memory`, { file, length }, cause)
  }
  let done = 0
  while (done < length) {
    const part = bytes.subarray(done, Math.min(length, done + chunkBytes))
    const { bytesRead } = await handle.read(part, 0, part.length, offset + done)
    if (bytesRead === 0) fail('bad-model', `${file} is truncated: it ends at byte ${offset + done}`, { file })
    done += bytesRead
  }
  return bytes
}
