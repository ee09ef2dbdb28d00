/** Reading an annotation's label maps by image key, also while a writer adds to them. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fail, messageOf, RelabelError } from '../../base/error.ts'
import type { Manifest } from '../../contract/manifest.ts'
import type { LabelMap } from '../label-map.ts'
import { decodeLabelMap } from '../codec/record.ts'
import { extend, readCatalog } from './catalog.ts'
import type { Catalog } from './catalog.ts'
import { diskError } from '../../base/files/disk-error.ts'
import { decodePayload, readFrame } from './frame.ts'
import type { RecordPayload } from './frame.ts'
import type { Place } from './index-file.ts'
import { readManifest } from './manifest-file.ts'
import { listShards, shardName } from './shard.ts'
import type { Damage } from './shard.ts'
import { zstd } from './zstd.ts'

/** An open annotation. */
export interface LabelMapReader {
  readonly count: number
  readonly manifest: Manifest
  /** Stretches of shards that hold no whole record; `relabel maps repair` removes them. */
  readonly damage: readonly Damage[]
  /** Bytes of the records in force: the last one of each key. */
  readonly bytes: number
  /** Image keys in the order in which they were first written. */
  keys(): string[]
  has(key: string): boolean
  /** The map of an image. Throws 'not-found' for an unknown key, 'bad-label-map' for a damaged record, 'disk'. */
  get(key: string): Promise<LabelMap>
  /** The same at once; for worker threads. */
  getSync(key: string): LabelMap
  /** The same, with the hash of the image file that the map was made of. */
  recordSync(key: string): { map: LabelMap; imageHash: string | null }
  /** What else a record holds. */
  info(key: string): { imageHash: string | null; bytes: number }
  /** Picks up what a writer added since; gives the number of records added. */
  refresh(): Promise<number>
  close(): Promise<void>
}

/** An open folder: where every record lies, and the shards that were read from. */
interface OpenFolder {
  dir: string
  manifest: Manifest
  catalog: Catalog
  /** Keys by their index in `numbers`: plain arrays, as a million records have to fit into every worker. */
  places: Map<string, number>
  numbers: { shard: number[]; offset: number[]; bytes: number[] }
  /** File descriptors by shard. */
  files: Map<number, number>
  bytes: number
}

/** Moves what the catalog found into the folder's numbers; gives the number of new records. */
function takeIn(folder: OpenFolder): number {
  const { catalog, places, numbers } = folder
  const added = catalog.places.length
  for (const place of catalog.places) {
    const before = places.get(place.key)
    folder.bytes += place.bytes - (before === undefined ? 0 : numbers.bytes[before]!)
    places.set(place.key, numbers.shard.length)
    numbers.shard.push(place.shard)
    numbers.offset.push(place.offset)
    numbers.bytes.push(place.bytes)
  }
  catalog.places = []
  return added
}

function placeOf({ dir, places, numbers }: OpenFolder, key: string): Place {
  const at = places.get(key) ?? fail('not-found', `${dir} has no label map of ${key}`, { key })
  return { key, shard: numbers.shard[at]!, offset: numbers.offset[at]!, bytes: numbers.bytes[at]! }
}

function fileOf({ dir, files }: OpenFolder, shard: number): number {
  const file = files.get(shard) ?? openFile(join(dir, shardName(shard)))
  files.set(shard, file)
  return file
}

function recordOf(folder: OpenFolder, key: string): RecordPayload {
  const place = placeOf(folder, key)
  const path = join(folder.dir, shardName(place.shard))
  const buffer = Buffer.allocUnsafe(place.bytes)
  let got = 0
  try {
    got = readSync(fileOf(folder, place.shard), buffer, 0, place.bytes, place.offset)
  } catch (error) {
    diskError(error, path, 'read')
  }
  const frame = readFrame(buffer.subarray(0, got), 0)
  if (!frame.whole) return refuse(key, path, place, frame.reason)
  const payload = decodePayload(frame.payload)
  return payload.key === key ? payload : refuse(key, path, place, `the record belongs to ${payload.key}`)
}

function mapOf(folder: OpenFolder, key: string): { map: LabelMap; imageHash: string | null } {
  const { map, imageHash } = recordOf(folder, key)
  const place = placeOf(folder, key)
  const path = join(folder.dir, shardName(place.shard))
  let decoded: LabelMap
  try {
    decoded = decodeLabelMap(map, zstd)
  } catch (error) {
    return refuse(key, path, place, messageOf(error), error)
  }
  const classes = folder.manifest.classes.length
  for (const id of decoded.ids)
    if (id >= classes)
      refuse(key, path, place, `it lists class ${id}, but the annotator has ${classes} classes`)
  return { map: decoded, imageHash }
}

/** Whether the last shard is as long as it was, and the last one still: shards only grow, one after the other. */
function isUnchanged({ dir, catalog }: OpenFolder): boolean {
  const last = catalog.shards.at(-1)
  if (!last || catalog.tail || catalog.ends.get(last.number) !== last.size) return false
  const now = (number: number): number | undefined =>
    statSync(join(dir, shardName(number)), { throwIfNoEntry: false })?.size
  return now(last.number) === last.size && now(last.number + 1) === undefined
}

async function refresh(folder: OpenFolder): Promise<number> {
  if (isUnchanged(folder)) return 0
  const { catalog } = folder
  catalog.shards = await listShards(folder.dir)
  catalog.tail = null
  for (const shard of catalog.shards) {
    const end = catalog.ends.get(shard.number) ?? 0
    if (shard.size > end) await extend(catalog, shard, end)
  }
  return takeIn(folder)
}

/**
 * Opens the label maps of an annotation's folder. Throws 'not-found' without a manifest, 'bad-label-map' where it or a
 * shard's header cannot be trusted. Damaged records are passed over and listed in `damage`.
 */
export async function openLabelMaps(dir: string): Promise<LabelMapReader> {
  const manifest = await readManifest(dir)
  const catalog = await readCatalog(dir, { trustIndex: true })
  const numbers = { shard: [], offset: [], bytes: [] }
  const folder: OpenFolder = {
    dir,
    manifest,
    catalog,
    places: new Map(),
    numbers,
    files: new Map(),
    bytes: 0,
  }
  takeIn(folder)
  const { places, files } = folder
  return {
    get count() {
      return places.size
    },
    get bytes() {
      return folder.bytes
    },
    manifest,
    damage: catalog.damage,
    keys: () => [...places.keys()],
    has: key => places.has(key),
    getSync: key => mapOf(folder, key).map,
    get: async key => mapOf(folder, key).map,
    recordSync: key => mapOf(folder, key),
    info: key => ({ imageHash: recordOf(folder, key).imageHash, bytes: placeOf(folder, key).bytes }),
    refresh: () => refresh(folder),
    close: async () => {
      for (const file of files.values()) closeSync(file)
      files.clear()
    },
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    return diskError(error, path, 'read')
  }
}

function refuse(key: string, path: string, place: Place, reason: string, cause?: unknown): never {
  const why = cause instanceof RelabelError ? cause.message : reason
  return fail(
    'bad-label-map',
    `the label map of ${key} in ${path} at byte ${place.offset} is damaged (${why}); run "relabel maps verify", then annotate the image again`,
    { key, path, offset: place.offset },
    cause,
  )
}
