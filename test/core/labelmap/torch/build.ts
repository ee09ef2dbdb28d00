/** Hand-built torch.save files, so that the reader's tests need neither torch nor shared files. */
import { crc32 } from 'node:zlib'

const bytes = (...parts: (string | number[] | Uint8Array)[]): Buffer =>
  Buffer.concat(
    parts.map(part => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  )
const unicode = (text: string): Buffer => {
  const head = Buffer.alloc(5)
  head[0] = 0x58
  head.writeUInt32LE(Buffer.byteLength(text), 1)
  return bytes(head, Buffer.from(text))
}
const int = (n: number): Buffer => {
  const out = Buffer.alloc(5)
  out[0] = 0x4a
  out.writeInt32LE(n, 1)
  return out
}
const tuple = (...items: Uint8Array[]): Buffer => bytes('(', ...items, 't')
const global = (module: string, name: string): Buffer => bytes(`c${module}\n${name}\n`)

export interface TensorSpec {
  storage?: string
  numel: number
  size: number[]
  stride: number[]
  offset?: number
  raw: Uint8Array
  /** Replaces the call of _rebuild_tensor_v2. */
  pickle?: Uint8Array
}

/** The object's pickle, of protocol 2. */
function tensorPickle(
  { storage = 'FloatStorage', numel, size, stride, offset = 0 }: TensorSpec,
  legacy = false,
): Buffer {
  const id = [unicode('storage'), global('torch', storage), unicode('7'), unicode('cpu'), int(numel)]
  return bytes(
    [0x80, 2],
    global('torch._utils', '_rebuild_tensor_v2'),
    'q\x01(',
    tuple(...id, ...(legacy ? [bytes('N')] : [])),
    'Q',
    int(offset),
    tuple(...size.map(int)),
    tuple(...stride.map(int)),
    [0x89],
    global('collections', 'OrderedDict'),
    ')Rtq\x02R.',
  )
}

/** A zip file of stored entries. */
export function zip(
  entries: Record<string, Uint8Array>,
  change: { method?: number; crc?: number; flags?: number } = {},
): Uint8Array {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [name, content] of Object.entries(entries)) {
    const common = Buffer.alloc(26)
    common.writeUInt16LE(change.flags ?? 0, 2)
    common.writeUInt16LE(change.method ?? 0, 4)
    common.writeUInt32LE(change.crc ?? crc32(content), 10)
    common.writeUInt32LE(content.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(name.length, 22)
    files.push(bytes('PK\x03\x04', common, name, content))
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(at, 10)
    directory.push(bytes('PK\x01\x02', [0, 0], common, rest, name))
    at += 30 + name.length + content.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(directory.length, 4)
  end.writeUInt16LE(directory.length, 6)
  end.writeUInt32LE(list.length, 8)
  end.writeUInt32LE(at, 12)
  return new Uint8Array(bytes(...files, list, 'PK\x05\x06', end))
}

/** As torch ≥ 1.6 writes it. */
export function zipFile(spec: TensorSpec): Uint8Array {
  return zip({
    'map/data.pkl': spec.pickle ?? tensorPickle(spec),
    'map/byteorder': Buffer.from('little'),
    'map/data/7': spec.raw,
    'map/version': Buffer.from('3\n'),
  })
}

/** As torch wrote it before. */
export function legacyFile(spec: TensorSpec, littleEndian = true): Uint8Array {
  const count = Buffer.alloc(8)
  count.writeBigUInt64LE(BigInt(spec.numel))
  return new Uint8Array(
    bytes(
      [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e],
      [0x80, 2, 0x4d, 0xe9, 0x03, 0x2e],
      [0x80, 2],
      '}(',
      unicode('little_endian'),
      [littleEndian ? 0x88 : 0x89],
      'u.',
      spec.pickle ?? tensorPickle(spec, true),
      [0x80, 2],
      ']',
      unicode('7'),
      'a.',
      count,
      spec.raw,
    ),
  )
}

/** A pickle that would run `touch` when a full unpickler read it. */
export const harmfulPickle = bytes(
  [0x80, 2],
  global('posix', 'system'),
  unicode('touch relabel-was-here'),
  [0x85],
  'R.',
)

/** A pickle of a dict with nothing in it. */
export const dictPickle = bytes([0x80, 2], '}.')
