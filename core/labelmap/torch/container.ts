/**
 * The two containers of torch.save: a zip file (torch ≥ 1.6), and before that a sequence of pickles followed by the
 * numbers.
 */
import { fail } from '../../base/error.ts'
import { decodeUtf8 } from './text.ts'
import { byteLength } from './floats.ts'
import { readPickle } from './pickle.ts'
import { describe } from './values.ts'
import type { PickleValue, TensorRef } from './values.ts'
import { readStoredZip } from './zip.ts'

/** A tensor's description and the bytes of its storage. */
export interface LoadedTensor {
  tensor: TensorRef
  raw: Uint8Array
}

const legacyMagic = 0x1950a86a20f9469cfc6cn
const legacyProtocol = 1001

/** The one tensor that a torch.save file holds; throws 'bad-label-map' for everything else. */
export function loadTensor(bytes: Uint8Array): LoadedTensor {
  if (bytes.length > 2 ** 28)
    fail('bad-label-map', `a file of ${bytes.length} bytes is too large for a label map`)
  const [a, b, c, d] = bytes
  if (a === 0x50 && b === 0x4b && c === 3 && d === 4) return fromZip(bytes)
  if (a === 0x80) return fromLegacy(bytes)
  return fail(
    'bad-label-map',
    bytes.length === 0 ? 'the file is empty' : 'this file was not written by torch.save',
  )
}

function asTensor(value: PickleValue): TensorRef {
  if (value !== null && typeof value === 'object' && value.kind === 'tensor') return value
  return fail(
    'bad-label-map',
    `the file holds ${describe(value)} instead of a tensor, so it is not a label map`,
  )
}

function fromZip(bytes: Uint8Array): LoadedTensor {
  const entries = readStoredZip(bytes)
  const names = [...entries.keys()].filter(name => name.endsWith('/data.pkl'))
  if (names.length !== 1)
    fail('bad-label-map', 'this zip file was not written by torch.save: it has no data.pkl')
  const prefix = names[0]!.slice(0, -'data.pkl'.length)
  const order = entries.get(`${prefix}byteorder`)
  if (order && decodeUtf8(order) !== 'little')
    fail(
      'bad-label-map',
      'the tensor was saved on a big-endian machine; save it again on a little-endian one',
    )
  const tensor = asTensor(readPickle(entries.get(names[0]!)!).value)
  const raw = entries.get(`${prefix}data/${tensor.storage.key}`)
  return { tensor, raw: raw ?? fail('bad-label-map', 'the tensor’s numbers are missing from the file') }
}

function fromLegacy(bytes: Uint8Array): LoadedTensor {
  const magic = readPickle(bytes)
  if (magic.value !== legacyMagic) fail('bad-label-map', 'this pickle was not written by torch.save')
  const protocol = readPickle(bytes, magic.end)
  if (protocol.value !== legacyProtocol)
    fail('bad-label-map', 'this file has an unknown version of the torch.save format')
  const system = readPickle(bytes, protocol.end)
  if (!isLittleEndian(system.value))
    fail(
      'bad-label-map',
      'the tensor was saved on a big-endian machine; save it again on a little-endian one',
    )
  const content = readPickle(bytes, system.end)
  const tensor = asTensor(content.value)
  const keys = readPickle(bytes, content.end)
  const list =
    keys.value !== null && typeof keys.value === 'object' && keys.value.kind === 'list'
      ? keys.value.items
      : []
  if (list.length !== 1 || list[0] !== tensor.storage.key)
    fail('bad-label-map', 'the file’s list of storages does not fit its tensor')
  const size = byteLength(tensor.storage.numel, tensor.storage.type)
  if (bytes.length - keys.end < 8 + size)
    fail('bad-label-map', 'the file ends in the middle of the tensor: it is truncated')
  const view = new DataView(bytes.buffer, bytes.byteOffset + keys.end, 8)
  if (view.getBigUint64(0, true) !== BigInt(tensor.storage.numel))
    fail('bad-label-map', 'the file’s storage has another size than its tensor says')
  return { tensor, raw: bytes.subarray(keys.end + 8, keys.end + 8 + size) }
}

function isLittleEndian(system: PickleValue): boolean {
  if (system === null || typeof system !== 'object' || system.kind !== 'dict') return false
  return system.entries.some(([key, value]) => key === 'little_endian' && value === true)
}
