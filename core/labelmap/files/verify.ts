/** Looking at every byte of an annotation: checksums, codes, shapes, ids, the index. */
import { fail, messageOf } from '../../base/error.ts'
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
  /** Good records. */
  count: number
  shards: number
  /** Bytes of the good records, and their average. */
  bytes: number
  averageBytes: number
  /** Distinct classes a map, on average. */
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
  const seen = new Set<string>()
  const damage: Damage[] = []
  const shapes: Record<string, number> = {}
  let bytes = 0
  let distinct = 0
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
        if (seen.has(record.key)) fail('bad-label-map', `a second record of ${record.key}`)
        const map = decodeLabelMap(record.map, zstd)
        validateLabelMap(map, { classes: manifest.classes.length, name: record.key })
        seen.add(record.key)
        bytes += size
        distinct += new Set(map.ids).size
        const shape = map.shape.join('×')
        shapes[shape] = (shapes[shape] ?? 0) + 1
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
  const count = seen.size
  return {
    ok: damage.length === 0 && index !== 'damaged' && index !== 'outdated',
    finished: index === 'ok' && tail === null,
    count,
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
