/** The index that a finished annotation has: where each key's record lies, so that opening needs no scan. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { fail } from '../../base/error.ts'
import { byteReader, putVarint } from '../codec/bytes.ts'
import { writeAtomic } from '../../base/files/atomic.ts'
import { diskError } from '../../base/files/disk-error.ts'
import { requireOwnedFile } from '../../base/files/owned.ts'

/** File name of the index. */
export const indexName = 'index.rlx'
const magic = Buffer.from('RLMINDEX')
const version = 1

/** Where a record lies. */
export interface Place {
  key: string
  shard: number
  offset: number
  bytes: number
  /** Hash of the image that the map was made of; only where the catalogue was asked for it, and not in the index. */
  imageHash?: string | null
}

/** The index: records in the order written, and the size of every shard it covers. */
export interface IndexContent {
  shards: { number: number; size: number }[]
  places: Place[]
}

/** The index's bytes: header, checksum of the rest, shards, then keys with the part they share with the key before left out. */
export function encodeIndex(index: IndexContent): Buffer {
  const parts: Buffer[] = []
  let out: number[] = []
  const flush = (): void => {
    parts.push(Buffer.from(out))
    out = []
  }
  putVarint(out, index.shards.length)
  for (const shard of index.shards) {
    putVarint(out, shard.number)
    putVarint(out, shard.size)
  }
  putVarint(out, index.places.length)
  let before = Buffer.alloc(0)
  for (const place of index.places) {
    const key = Buffer.from(place.key)
    let shared = 0
    while (shared < key.length && shared < before.length && key[shared] === before[shared]) shared++
    putVarint(out, shared)
    putVarint(out, key.length - shared)
    for (let i = shared; i < key.length; i++) out.push(key[i]!)
    putVarint(out, place.shard)
    putVarint(out, place.offset)
    putVarint(out, place.bytes)
    before = key
    if (out.length > 1 << 16) flush()
  }
  flush()
  const body = Buffer.concat(parts)
  const header = Buffer.alloc(16)
  magic.copy(header)
  header.writeUInt16LE(version, 8)
  header.writeUInt32LE(crc32(body), 12)
  return Buffer.concat([header, body])
}

/** Back from {@link encodeIndex}; throws 'bad-label-map' for damage. */
export function decodeIndex(bytes: Buffer): IndexContent {
  if (bytes.length < 16 || bytes.compare(magic, 0, 8, 0, 8) !== 0 || bytes.readUInt16LE(8) !== version)
    fail('bad-label-map', 'this is not an index of label maps')
  const body = bytes.subarray(16)
  if (crc32(body) !== bytes.readUInt32LE(12)) fail('bad-label-map', 'the index’s checksum does not match')
  const reader = byteReader(body)
  const shards = Array.from({ length: count(reader.varint(), body.length / 2) }, () => ({
    number: reader.varint(),
    size: reader.varint(),
  }))
  const sizes = new Map(shards.map(({ number, size }) => [number, size]))
  const places: Place[] = []
  const key = Buffer.alloc(1 << 16)
  for (let left = count(reader.varint(), body.length / 5); left > 0; left--) {
    const shared = reader.varint()
    const rest = reader.take(reader.varint())
    if (shared + rest.length > 4096) fail('bad-label-map', 'the index holds a key that is too long')
    key.set(rest, shared)
    const place = {
      key: key.toString('utf8', 0, shared + rest.length),
      shard: reader.varint(),
      offset: reader.varint(),
      bytes: reader.varint(),
    }
    // A reader makes room for this many bytes, so they have to be there.
    if (!(place.offset + place.bytes <= (sizes.get(place.shard) ?? -1)))
      fail('bad-label-map', `the index places ${place.key} outside its shard`)
    places.push(place)
  }
  return { shards, places }
}

/** A count that the remaining bytes can hold. */
function count(n: number, most: number): number {
  return n <= most ? n : fail('bad-label-map', `the index announces ${n} entries, more than it has room for`)
}

/** Writes the index of a folder atomically. */
export async function writeIndex(dir: string, index: IndexContent): Promise<void> {
  await writeAtomic(join(dir, indexName), encodeIndex(index))
}

/** The folder's index, null where there is none, or why it cannot be used. */
export async function readIndex(dir: string): Promise<IndexContent | null | { problem: string }> {
  const path = join(dir, indexName)
  try {
    return decodeIndex(await readFile(requireOwnedFile(path)))
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null
    if ((error as { code?: string }).code === 'bad-label-map') return { problem: (error as Error).message }
    return diskError(error, path, 'read')
  }
}
