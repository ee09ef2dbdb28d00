/** Shards: numbered files of records, each with a short header; finding them, and finding what they hold. */
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../../base/error.ts'
import { diskError } from '../../base/files/disk-error.ts'
import { marker, readFrame } from './frame.ts'

/** Bytes before the first record. */
export const shardHeaderSize = 16
const magic = Buffer.from('RLMSHARD')
const version = 1
/** A shard holds less than its size limit plus one record. */
const maxShardBytes = 2 ** 30

/** `shard-00007.rlm`. */
export const shardName = (number: number): string => `shard-${String(number).padStart(5, '0')}.rlm`

/** The first bytes of a shard. */
export function shardHeader(number: number): Buffer {
  const header = Buffer.alloc(shardHeaderSize)
  magic.copy(header)
  header.writeUInt16LE(version, 8)
  header.writeUInt32LE(number, 12)
  return header
}

/** A shard of a folder. */
export interface ShardFile {
  number: number
  name: string
  path: string
  size: number
}

/** The shards of a folder in order; links and folders by such a name are refused. */
export async function listShards(dir: string): Promise<ShardFile[]> {
  const shards: ShardFile[] = []
  const names = await readdir(dir).catch((error: unknown) => diskError(error, dir, 'read'))
  for (const name of names.sort()) {
    const number = /^shard-(\d{5,9})\.rlm$/.exec(name)?.[1]
    if (number === undefined) continue
    const path = join(dir, name)
    const about = await lstat(path)
    if (!about.isFile())
      fail('bad-label-map', `${path} is not a regular file; label maps are only read from real files`)
    shards.push({ number: Number(number), name, path, size: about.size })
  }
  return shards.sort((a, b) => a.number - b.number)
}

/** A stretch of a shard that is not a whole record. */
export interface Damage {
  file: string
  offset: number
  bytes: number
  reason: string
}

/** What a shard holds. */
export interface ShardScan {
  /** Behind the last whole record (or the header). */
  end: number
  /** Damage with whole records (or a whole header) behind it. */
  damage: Damage[]
  /** What follows the last whole record: what a killed writer leaves. */
  tail: Damage | null
}

/**
 * Calls `onRecord` for every whole record from `from` on (0: from the start, header included), in order.
 * The payload is valid during the call only.
 */
export async function scanShard(
  shard: ShardFile,
  from: number,
  onRecord: (place: { offset: number; bytes: number; payload: Uint8Array }) => void,
): Promise<ShardScan> {
  if (shard.size > maxShardBytes)
    fail('bad-label-map', `${shard.path} has ${shard.size} bytes: too large for a shard`)
  const data = await readFile(shard.path).catch((error: unknown) => diskError(error, shard.path, 'read'))
  const damage: Damage[] = []
  let at = from
  if (from === 0) {
    const header = checkHeader(data, shard)
    if (header !== null) damage.push({ file: shard.name, offset: 0, bytes: shardHeaderSize, reason: header })
    at = Math.min(shardHeaderSize, data.length)
  }
  let end = at
  while (at < data.length) {
    const frame = readFrame(data, at)
    if (frame.whole) {
      onRecord({ offset: at, bytes: frame.end - at, payload: frame.payload })
      end = at = frame.end
      continue
    }
    const next = nextRecord(data, at + 1)
    const stretch = { file: shard.name, offset: at, bytes: (next ?? data.length) - at, reason: frame.reason }
    if (next === null) return { end, damage: data.length < shardHeaderSize ? [] : damage, tail: stretch }
    damage.push(stretch)
    at = next
  }
  const cut = from === 0 && data.length < shardHeaderSize
  const tail = { file: shard.name, offset: 0, bytes: data.length, reason: 'the shard’s header is cut off' }
  return cut ? { end: 0, damage: [], tail } : { end, damage, tail: null }
}

/** The next whole record behind damage. Forged markers could make every try read megabytes, so the tries are limited. */
function nextRecord(data: Buffer, from: number): number | null {
  let budget = 16 * data.length + 2 ** 20
  for (let at = data.indexOf(marker, from); at >= 0 && budget > 0; at = data.indexOf(marker, at + 1)) {
    if (readFrame(data, at).whole) return at
    if (data.length - at > 8) budget -= Math.min(data.readUInt32LE(at + 4), data.length - at)
  }
  return null
}

/** What is wrong with a header, or null. */
function checkHeader(data: Buffer, shard: ShardFile): string | null {
  if (data.length < shardHeaderSize) return 'the shard’s header is cut off'
  if (data.compare(magic, 0, 8, 0, 8) !== 0) return 'this is not a shard of label maps'
  const found = data.readUInt16LE(8)
  if (found > version)
    fail(
      'bad-label-map',
      `${shard.path} is of format ${found}; this program reads up to ${version}, a newer one is needed`,
    )
  return data.readUInt32LE(12) === shard.number ? null : 'the header belongs to another shard'
}
