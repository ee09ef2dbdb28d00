/**
 * A record on disk: marker, length, checksum, then key, image hash and label map (docs/label-map-format.md, "Records").
 */
import { crc32 } from 'node:zlib'
import { fail } from '../../base/error.ts'
import { byteReader, concat, putVarint } from '../codec/bytes.ts'

/** First bytes of every record; a reader finds the next whole record by it after damage. */
export const marker = Buffer.from([0x52, 0x4c, 0x4d, 0xa7])
const headSize = 12
const maxKeyBytes = 4096
/** Maximum record length; larger values are damage. */
const maxPayload = 1 << 28

/** What a record holds, the map still encoded. */
export interface RecordPayload {
  key: string
  /** Hash of the image file that the map was made of, where one was given. */
  imageHash: string | null
  map: Uint8Array
}

/** What lies at a place of a shard: a whole record, or why there is none. */
export type Frame = { whole: true; payload: Uint8Array; end: number } | { whole: false; reason: string }

/** The bytes of a record. Throws 'usage' for a key that cannot be stored. */
export function encodeFrame(record: RecordPayload): Buffer {
  const key = new TextEncoder().encode(record.key)
  if (key.length === 0 || key.length > maxKeyBytes || !record.key.isWellFormed())
    fail(
      'usage',
      `a label map's key must be valid text of 1 to ${maxKeyBytes} bytes, not ${JSON.stringify(record.key)}`,
    )
  const head: number[] = []
  putVarint(head, key.length)
  const hash = encodeHash(record.imageHash)
  const middle: number[] = []
  putVarint(middle, hash.kind)
  const payload = concat([head, key, middle, hash.bytes, record.map])
  if (payload.length > maxPayload)
    fail('usage', `the label map of ${record.key} takes ${payload.length} bytes: too many`)
  const frame = Buffer.alloc(headSize + payload.length)
  marker.copy(frame)
  frame.writeUInt32LE(payload.length, 4)
  frame.set(payload, headSize)
  frame.writeUInt32LE(checksum(frame.subarray(4, 8), payload), 8)
  return frame
}

/** The record that begins at `at`, or why none does. */
export function readFrame(shard: Buffer, at: number): Frame {
  if (shard.length - at < headSize) return { whole: false, reason: 'the record’s head is cut off' }
  if (shard.compare(marker, 0, 4, at, at + 4) !== 0) return { whole: false, reason: 'no record begins here' }
  const length = shard.readUInt32LE(at + 4)
  if (length > maxPayload) return { whole: false, reason: `a length of ${length} bytes is impossible` }
  if (length > shard.length - at - headSize) return { whole: false, reason: 'the record is cut off' }
  const end = at + headSize + length
  const payload = shard.subarray(at + headSize, end)
  if (checksum(shard.subarray(at + 4, at + 8), payload) !== shard.readUInt32LE(at + 8))
    return { whole: false, reason: 'the checksum does not match' }
  return { whole: true, payload, end }
}

/** Key, hash and encoded map of a payload; throws 'bad-label-map'. */
export function decodePayload(payload: Uint8Array): RecordPayload {
  const reader = byteReader(payload)
  const size = reader.varint()
  if (size === 0 || size > maxKeyBytes) fail('bad-label-map', `a record has a key of ${size} bytes`)
  let key: string
  try {
    key = new TextDecoder('utf-8', { fatal: true }).decode(reader.take(size))
  } catch (error) {
    return fail('bad-label-map', 'a record’s key is not valid text', {}, error)
  }
  const kind = reader.varint()
  const hash = Buffer.from(reader.take(kind >>> 1))
  return { key, imageHash: kind === 0 ? null : hash.toString(kind & 1 ? 'hex' : 'utf8'), map: reader.rest() }
}

/** Hexadecimal hashes take half their length. */
function encodeHash(hash: string | null): { kind: number; bytes: Uint8Array } {
  if (hash === null || hash === '') return { kind: 0, bytes: new Uint8Array(0) }
  if (hash.length > 1024) fail('usage', `an image hash of ${hash.length} characters cannot be stored`)
  const hex = /^([0-9a-f]{2})+$/.test(hash)
  const bytes = Buffer.from(hash, hex ? 'hex' : 'utf8')
  return { kind: bytes.length * 2 + (hex ? 1 : 0), bytes }
}

function checksum(length: Uint8Array, payload: Uint8Array): number {
  return crc32(payload, crc32(length))
}
