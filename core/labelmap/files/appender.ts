/** The writing end of a folder of shards: whole batches at known places, rolling over to the next shard by size alone. */
import { open, rm, truncate } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../../base/error.ts'
import { syncFolder } from '../../base/files/atomic.ts'
import { readCatalog } from './catalog.ts'
import type { Catalog } from './catalog.ts'
import { diskError } from '../../base/files/disk-error.ts'
import type { IndexContent, Place } from './index-file.ts'
import { shardHeader, shardHeaderSize, shardName } from './shard.ts'

/** A record on its way to the disk. */
export interface WaitingRecord {
  key: string
  frame: Buffer
  /** Of the image that the map was made of; null: not stored. */
  imageHash: string | null
}

/** The writing end: what is durable, and the shard that records are added to. */
interface OpenEnd {
  dir: string
  shardBytes: number
  /** Durable records in the order written. */
  places: Place[]
  /** The record of each key that is in force, its last one, and the sum of their bytes. */
  current: Map<string, Place>
  bytes: number
  /** Records of this writer that are durable. */
  durable: WeakSet<WaitingRecord>
  /** Durable bytes of each shard that exists. */
  sizes: Map<number, number>
  /** The shard that records are added to, its durable bytes (0 while it does not exist), and its file while open. */
  number: number
  size: number
  file: FileHandle | null
}

/** Adds records to a folder's shards. */
export interface Appender {
  /** Keys with a durable record. */
  readonly count: number
  /** Bytes of their durable records. */
  readonly bytes: number
  has(key: string): boolean
  /** Of the image that the key's map was made of; undefined without a map. */
  imageHash(key: string): string | null | undefined
  /** Writes records in order; those before an error are durable, and passed over when they are given again. */
  write(records: WaitingRecord[]): Promise<void>
  /** What the index of this moment holds. */
  index(): IndexContent
  close(): Promise<void>
}

/** Continues a folder's shards (or begins them); what a killed writer left unfinished is cut off. */
export async function openAppender(dir: string, shardBytes: number): Promise<Appender> {
  if (!(shardBytes >= 1 && shardBytes <= 2 ** 29))
    fail('usage', `shards of ${shardBytes} bytes are not possible`)
  const catalog = await readCatalog(dir, { trustIndex: false, hashes: true })
  refuseDamage(dir, catalog)
  const end: OpenEnd = {
    dir,
    shardBytes,
    places: catalog.places,
    current: new Map(),
    bytes: 0,
    durable: new WeakSet(),
    sizes: new Map(),
    number: 0,
    size: 0,
    file: null,
  }
  for (const place of end.places) takeIn(end, place)
  await cutTails(end, catalog)
  // What a killed writer wrote may still be in the system's memory only.
  if (end.size > 0) await (await openShard(end)).close()
  return {
    get count() {
      return end.current.size
    },
    get bytes() {
      return end.bytes
    },
    has: key => end.current.has(key),
    imageHash: key => end.current.get(key)?.imageHash,
    write: records => writeRecords(end, records),
    index: () => ({
      shards: [...end.sizes].map(([number, size]) => ({ number, size })),
      places: end.places,
    }),
    close: () => closeShard(end),
  }
}

/** Counts a durable record; it takes the place of an earlier one of its key. */
function takeIn(end: OpenEnd, place: Place): void {
  end.bytes += place.bytes - (end.current.get(place.key)?.bytes ?? 0)
  end.current.set(place.key, place)
}

/** Cuts every shard behind its last whole record; the last shard that is left is the one to add to. */
async function cutTails(end: OpenEnd, { shards, ends }: Catalog): Promise<void> {
  for (const { number, path, size } of shards) {
    const whole = ends.get(number)!
    // A shard without records would not be there in an undisturbed run at this point, so it goes.
    if (whole <= shardHeaderSize) {
      await rm(path).catch((error: unknown) => diskError(error, path, 'write'))
      continue
    }
    if (whole < size) await truncate(path, whole).catch((error: unknown) => diskError(error, path, 'write'))
    end.sizes.set(number, whole)
    end.number = number
    end.size = whole
  }
}

const shardPath = (end: OpenEnd): string => join(end.dir, shardName(end.number))

async function openShard(end: OpenEnd): Promise<FileHandle> {
  const path = shardPath(end)
  try {
    // Not 'a': a batch that failed half-way is written again at the same place.
    const handle = await open(path, end.size > 0 ? 'r+' : 'w+')
    await handle.datasync()
    return handle
  } catch (error) {
    return diskError(error, path, 'write')
  }
}

async function closeShard(end: OpenEnd): Promise<void> {
  const { file } = end
  end.file = null
  await file?.close()
}

/** Writes records that fit into the current shard as one piece and makes them durable. */
async function put(end: OpenEnd, group: WaitingRecord[]): Promise<void> {
  const fresh = end.size === 0
  const file = (end.file ??= await openShard(end))
  const parts = group.map(item => item.frame)
  const piece = Buffer.concat(fresh ? [shardHeader(end.number), ...parts] : parts)
  try {
    for (let done = 0; done < piece.length;) {
      const { bytesWritten } = await file.write(piece, done, piece.length - done, end.size + done)
      done += bytesWritten
    }
    await file.datasync()
    if (fresh) await syncFolder(end.dir)
  } catch (error) {
    diskError(error, shardPath(end), 'write')
  }
  let offset = fresh ? shardHeaderSize : end.size
  for (const item of group) {
    const { key, frame, imageHash } = item
    const place: Place = { key, shard: end.number, offset, bytes: frame.length, imageHash }
    end.places.push(place)
    takeIn(end, place)
    end.durable.add(item)
    offset += frame.length
  }
  end.size = offset
  end.sizes.set(end.number, offset)
}

/** Writes records in order, a shard's share at a time; those that are durable already are passed over. */
async function writeRecords(end: OpenEnd, records: WaitingRecord[]): Promise<void> {
  let group: WaitingRecord[] = []
  let reach = Math.max(end.size, shardHeaderSize)
  for (const item of records) {
    if (end.durable.has(item)) continue
    const full = reach + item.frame.length > end.shardBytes && reach > shardHeaderSize
    if (full) {
      if (group.length > 0) await put(end, group)
      await closeShard(end)
      end.number++
      end.size = 0
      group = []
      reach = shardHeaderSize
    }
    group.push(item)
    reach += item.frame.length
  }
  if (group.length > 0) await put(end, group)
}

/** Cutting off a tail must never take whole records with it. */
function refuseDamage(dir: string, catalog: Catalog): void {
  const first = catalog.damage[0]
  if (first)
    fail(
      'bad-label-map',
      `${join(dir, first.file)} is damaged at byte ${first.offset} (${first.reason}) with whole records behind it; ` +
        'run "relabel maps repair", then annotate again: only the lost images are made again',
      { dir, file: first.file, offset: first.offset },
    )
  catalog.shards.forEach((shard, i) => {
    if (shard.number !== i)
      fail(
        'bad-label-map',
        `${join(dir, shardName(i))} is missing; put it back, or run "relabel maps repair"`,
        { dir },
      )
  })
}
