/** Reading MNIST's idx files: big-endian sizes, then unsigned bytes. */
import { fail, messageOf } from '../../base/error.ts'
import { readBytes } from '../../base/files/read.ts'

/** An array of unsigned bytes, row-major. */
export interface IdxArray {
  dims: number[]
  data: Uint8Array
}

const limit = 1 << 30

/** Reads one idx array; throws `bad-data` for anything but a complete array of bytes. `file` is used in messages only. */
export function parseIdx(bytes: Uint8Array, file = 'idx file'): IdxArray {
  const bad = (reason: string): never => fail('bad-data', `${file}: ${reason}`, { file })
  if (bytes.length < 4) bad(`${bytes.length} bytes are too few for an idx file`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint16(0) !== 0) bad('this is not an idx file (it does not start with two zero bytes)')
  if (view.getUint8(2) !== 8) bad(`element type 0x${view.getUint8(2).toString(16)} is not unsigned byte`)
  const rank = view.getUint8(3)
  if (rank < 1 || rank > 4) bad(`${rank} dimensions; 1 to 4 are possible here`)
  const start = 4 + 4 * rank
  if (bytes.length < start) bad('it ends within its header')
  const dims = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i))
  const size = dims.reduce((product, dim) => product * dim, 1)
  if (!(size <= limit)) bad(`${dims.join(' × ')} elements are more than ${limit}`)
  if (bytes.length !== start + size)
    bad(`${dims.join(' × ')} elements need ${start + size} bytes, the file has ${bytes.length}`)
  return { dims, data: bytes.subarray(start) }
}

/** Reads an idx file from disk. */
export async function readIdx(file: string): Promise<IdxArray> {
  let bytes: Uint8Array
  try {
    bytes = readBytes(file, { what: 'an idx file', maxBytes: 2 * limit })
  } catch (error) {
    return fail('not-found', `${messageOf(error)}; run "npm ci" to restore it`, { file }, error)
  }
  return parseIdx(bytes, file)
}
