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

interface Waiting {
  key: string
  frame: Buffer
  imageHash: string | null
}

/** Continues a folder's shards (or begins them); what a killed writer left unfinished is cut off. */
export async function openAppender(dir: string, shardBytes: number) {
  if (!(shardBytes >= 1 && shardBytes <= 2 ** 29))
    fail('usage', `shards of ${shardBytes} bytes are not possible`)
  const catalog = await readCatalog(dir, { trustIndex: false, hashes: true })
  refuseDamage(dir, catalog)
  const { places } = catalog
  /** The record of each key that is in force: its last one. */
  const current = new Map<string, Place>()
  const durable = new WeakSet<Waiting>()
  let bytes = 0
  for (const place of places) takeIn(place)
  let number = 0
  let size = 0
  let file: FileHandle | null = null
  const sizes = new Map<number, number>()

  // A shard without records would not be there in an undisturbed run at this point, so it goes.
  for (const shard of catalog.shards) {
    const end = catalog.ends.get(shard.number)!
    if (end <= shardHeaderSize)
      await rm(shard.path).catch((error: unknown) => diskError(error, shard.path, 'write'))
    else {
      if (end < shard.size)
        await truncate(shard.path, end).catch((error: unknown) => diskError(error, shard.path, 'write'))
      sizes.set(shard.number, end)
      number = shard.number
      size = end
    }
  }
  // What a killed writer wrote may still be in the system's memory only.
  if (size > 0) await (await openShard(join(dir, shardName(number)))).close()

  function takeIn(place: Place): void {
    bytes += place.bytes - (current.get(place.key)?.bytes ?? 0)
    current.set(place.key, place)
  }

  async function openShard(path: string): Promise<FileHandle> {
    try {
      // Not 'a': a batch that failed half-way is written again at the same place.
      const handle = await open(path, size > 0 ? 'r+' : 'w+')
      await handle.datasync()
      return handle
    } catch (error) {
      return diskError(error, path, 'write')
    }
  }

  /** Writes records that fit into the current shard as one piece and makes them durable. */
  async function put(group: Waiting[]): Promise<void> {
    const path = join(dir, shardName(number))
    const fresh = size === 0
    file ??= await openShard(path)
    const parts = group.map(item => item.frame)
    const piece = Buffer.concat(fresh ? [shardHeader(number), ...parts] : parts)
    try {
      for (let done = 0; done < piece.length;) {
        const { bytesWritten } = await file.write(piece, done, piece.length - done, size + done)
        done += bytesWritten
      }
      await file.datasync()
      if (fresh) await syncFolder(dir)
    } catch (error) {
      diskError(error, path, 'write')
    }
    let at = fresh ? shardHeaderSize : size
    for (const item of group) {
      const { key, frame, imageHash } = item
      const place: Place = { key, shard: number, offset: at, bytes: frame.length, imageHash }
      places.push(place)
      takeIn(place)
      durable.add(item)
      at += frame.length
    }
    size = at
    sizes.set(number, size)
  }

  async function rollOver(): Promise<void> {
    await file?.close()
    file = null
    number++
    size = 0
  }

  return {
    get count() {
      return current.size
    },
    get bytes() {
      return bytes
    },
    has: (key: string): boolean => current.has(key),
    /** Of the image that the key's map was made of; undefined without a map. */
    imageHash: (key: string): string | null | undefined => current.get(key)?.imageHash,
    /** Writes records in order; those before an error are durable, and passed over when they are given again. */
    async write(records: Waiting[]): Promise<void> {
      let group: Waiting[] = []
      let reach = Math.max(size, shardHeaderSize)
      for (const item of records) {
        if (durable.has(item)) continue
        const full = reach + item.frame.length > shardBytes && reach > shardHeaderSize
        if (full) {
          if (group.length > 0) await put(group)
          await rollOver()
          group = []
          reach = shardHeaderSize
        }
        group.push(item)
        reach += item.frame.length
      }
      if (group.length > 0) await put(group)
    },
    /** What the index of this moment holds. */
    async index(): Promise<IndexContent> {
      return { shards: [...sizes].map(([shard, length]) => ({ number: shard, size: length })), places }
    },
    async close(): Promise<void> {
      await file?.close()
      file = null
    },
  }
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
