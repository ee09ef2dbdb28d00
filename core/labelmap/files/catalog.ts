/** Which records a folder holds: from the index where it has one, from the shards behind it. */
import { decodePayload } from './frame.ts'
import { readIndex } from './index-file.ts'
import type { IndexContent, Place } from './index-file.ts'
import { listShards, scanShard } from './shard.ts'
import type { Damage, ShardFile } from './shard.ts'

/** What is in a folder. */
export interface Catalog {
  /** Whole records in the order written; a later one of a key takes the place of an earlier one. */
  places: Place[]
  shards: ShardFile[]
  /** Where the last whole record of each shard ends. */
  ends: Map<number, number>
  damage: Damage[]
  /** The unfinished end of the last shard. */
  tail: Damage | null
  index: 'used' | 'missing' | 'outdated' | 'damaged'
  /** Whether the image hashes of records that are scanned are kept. */
  hashes: boolean
}

/** Reads the catalogue of a folder; `trustIndex: false` looks at every record's checksum instead, and can keep `hashes`. */
export async function readCatalog(
  dir: string,
  options: { trustIndex: true } | { trustIndex: false; hashes?: boolean },
): Promise<Catalog> {
  // The index first: shards only grow, so what it covers is there when the shards are listed after it.
  const index = await readIndex(dir)
  const shards = await listShards(dir)
  const state = stateOf(index, shards)
  const known = options.trustIndex && state === 'used' ? (index as IndexContent) : { shards: [], places: [] }
  const catalog: Catalog = {
    places: known.places,
    shards,
    ends: new Map(),
    damage: [],
    tail: null,
    index: state,
    hashes: !options.trustIndex && options.hashes === true,
  }
  for (const shard of shards) {
    const from = known.shards.find(s => s.number === shard.number)?.size ?? 0
    await extend(catalog, shard, from)
  }
  return catalog
}

/** Adds a shard's records from `from` on to a catalogue. */
export async function extend(catalog: Catalog, shard: ShardFile, from: number): Promise<void> {
  catalog.ends.set(shard.number, from)
  if (from === shard.size && from > 0) return
  const scan = await scanShard(shard, from, ({ offset, bytes, payload }) => {
    const { key, imageHash } = decodePayload(payload)
    const place: Place = { key, shard: shard.number, offset, bytes }
    catalog.places.push(catalog.hashes ? { ...place, imageHash } : place)
  })
  catalog.ends.set(shard.number, scan.end)
  for (const damage of scan.damage) catalog.damage.push(damage)
  if (!scan.tail) return
  // Only the last shard is ever unfinished; anywhere else a broken end is damage.
  if (shard === catalog.shards.at(-1)) catalog.tail = scan.tail
  else catalog.damage.push(scan.tail)
}

function stateOf(index: Awaited<ReturnType<typeof readIndex>>, shards: ShardFile[]): Catalog['index'] {
  if (index === null) return 'missing'
  if ('problem' in index) return 'damaged'
  const covers = index.shards.every(
    s => (shards.find(file => file.number === s.number)?.size ?? -1) >= s.size,
  )
  return covers ? 'used' : 'outdated'
}
