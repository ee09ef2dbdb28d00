/** Verifies every byte of an annotation: checksums, codes, shapes, ids, the index. */
import { messageOf } from '../../base/error.ts'
import { decodeLabelMap } from '../codec/record.ts'
import { validateLabelMap } from '../validate.ts'
import { readCatalog } from './catalog.ts'
import { decodePayload } from './frame.ts'
import { readIndex } from './index-file.ts'
import { readManifest } from './manifest-file.ts'
import { listShards, scanShard } from './shard.ts'
import type { Damage } from './shard.ts'
import { zstd } from './zstd.ts'

/** What {@link verifyLabelMaps} found. */
export interface VerifyReport {
  /** No damage; an unfinished tail and a missing index are not damage. */
  ok: boolean
  /** Whether the annotation was finished: its index is there and fits. */
  finished: boolean
  /** Good records in force: the last one of each key. */
  count: number
  /** Good records that a later one of the same key replaced. */
  replaced: number
  shards: number
  /** Bytes of the records in force, and their average. */
  bytes: number
  averageBytes: number
  /** Distinct classes per map, on average. */
  averageClasses: number
  /** How many maps there are of each shape, as `K×H×W`. */
  shapes: Record<string, number>
  damage: Damage[]
  /** What a killed or running writer left behind the last whole record. */
  tail: Damage | null
  index: 'ok' | 'missing' | 'outdated' | 'damaged'
}

/**
 * Reads and decodes every record of an annotation's folder; `onProgress` is told the records looked at. Throws
 * 'not-found' or 'bad-label-map' only where the manifest is missing or damaged; everything else is in the report.
 */
export async function verifyLabelMaps(
  dir: string,
  onProgress?: (records: number) => void,
): Promise<VerifyReport> {
  const manifest = await readManifest(dir)
  const current = new Map<string, { bytes: number; distinct: number; shape: string }>()
  const damage: Damage[] = []
  let replaced = 0
  let looked = 0
  const shards = await listShards(dir)
  shards.forEach((shard, i) => {
    const before = i === 0 ? -1 : shards[i - 1]!.number
    if (shard.number !== before + 1)
      damage.push({
        file: shard.name,
        offset: 0,
        bytes: 0,
        reason: `the shard before it (${before + 1}) is missing`,
      })
  })
  let tail: Damage | null = null
  for (const shard of shards) {
    const scan = await scanShard(shard, 0, ({ offset, bytes: size, payload }) => {
      try {
        const record = decodePayload(payload)
        const map = decodeLabelMap(record.map, zstd)
        validateLabelMap(map, { classes: manifest.classes.length, name: record.key })
        if (current.has(record.key)) replaced++
        const distinct = new Set(map.ids).size
        current.set(record.key, { bytes: size, distinct, shape: map.shape.join('×') })
      } catch (error) {
        damage.push({ file: shard.name, offset, bytes: size, reason: messageOf(error) })
      }
      if (++looked % 1000 === 0) onProgress?.(looked)
    })
    for (const stretch of scan.damage) damage.push(stretch)
    if (scan.tail && shard === shards.at(-1)) tail = scan.tail
    else if (scan.tail) damage.push(scan.tail)
  }
  const index = await indexState(dir)
  const count = current.size
  const shapes: Record<string, number> = {}
  let [bytes, distinct] = [0, 0]
  for (const record of current.values()) {
    bytes += record.bytes
    distinct += record.distinct
    shapes[record.shape] = (shapes[record.shape] ?? 0) + 1
  }
  return {
    ok: damage.length === 0 && index !== 'damaged' && index !== 'outdated',
    finished: index === 'ok' && tail === null,
    count,
    replaced,
    shards: shards.length,
    bytes,
    averageBytes: count === 0 ? 0 : bytes / count,
    averageClasses: count === 0 ? 0 : distinct / count,
    shapes,
    damage,
    tail,
    index,
  }
}

/** Whether the index says what the shards say. */
async function indexState(dir: string): Promise<VerifyReport['index']> {
  const index = await readIndex(dir)
  if (index === null) return 'missing'
  if ('problem' in index) return 'damaged'
  const { places } = await readCatalog(dir, { trustIndex: false })
  if (places.length !== index.places.length) return 'outdated'
  const same = places.every((place, i) => {
    const other = index.places[i]!
    return (
      place.key === other.key &&
      place.shard === other.shard &&
      place.offset === other.offset &&
      place.bytes === other.bytes
    )
  })
  return same ? 'ok' : 'outdated'
}
