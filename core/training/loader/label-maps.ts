/**
 * Corrected label maps for the workers: decoded once into shared flat arrays if they fit, otherwise read from their
 * shards.
 */
import { fail } from '../../base/error.ts'
import { applyLayer, decodeLayer, encodeLayer } from '../../labelmap/corrections/index.ts'
import type { CorrectionLayer } from '../../labelmap/corrections/index.ts'
import type { LabelMap } from '../../labelmap/label-map.ts'
import type { LabelMapReader } from '../../labelmap/files/index.ts'
import type { ImageSet } from '../sample/image-set.ts'

/** Where maps come from; posted to workers. Indices are those of the image set. */
export type MapSource =
  | {
      kind: 'memory'
      ids: Uint16Array | Uint32Array
      logits: Float32Array
      /** [n]: first entry of each map. */
      starts: Float64Array
      /** [n, 3]: K, H, W; 0 if there is no map. */
      shapes: Int32Array
    }
  | {
      kind: 'disk'
      dir: string
      keys: readonly string[]
      /** [n, 8]: the first bytes of each file's SHA-256; zeros: not known. */
      hashes: Uint8Array
      /** Correction layers of the maps, if there are any. */
      corrections?: PackedCorrections
    }

/** The corrections, in the form that is posted to workers. */
interface PackedCorrections {
  /** By index: the layer's bytes. */
  layers: ReadonlyMap<number, Uint8Array>
  fill: number
  classes: number
  padding?: ArrayLike<number> | undefined
}

/** One worker's view of a source; the map is valid until the next call. */
export interface MapAccess {
  get(index: number): LabelMap
  close(): Promise<void>
}

/** Opens a source for one thread. */
export async function openMaps(source: MapSource): Promise<MapAccess> {
  if (source.kind === 'disk') {
    // Loaded only if needed: most loader threads read maps from memory.
    const { openLabelMaps } = await import('../../labelmap/files/index.ts')
    const reader = await openLabelMaps(source.dir)
    const { corrections } = source
    return {
      get(index) {
        const map = mapOfFile(reader, source.keys[index]!, hashStart(source.hashes, index))
        const layer = corrections?.layers.get(index)
        return layer ? applyLayer(map, decodeLayer(layer), corrections!) : map
      },
      close: () => reader.close(),
    }
  }
  const { ids, logits, starts, shapes } = source
  const map: LabelMap = { shape: [0, 0, 0], ids, logits }
  return {
    get(index) {
      const [k, h, w] = [shapes[3 * index]!, shapes[3 * index + 1]!, shapes[3 * index + 2]!]
      const start = starts[index]!
      const end = start + k * h * w
      map.shape[0] = k
      map.shape[1] = h
      map.shape[2] = w
      map.ids = ids.subarray(start, end)
      map.logits = logits.subarray(start, end)
      return map
    },
    close: () => Promise.resolve(),
  }
}

/**
 * Reads the maps of the images in use into shared arrays, or leaves them in their shards if that takes more than
 * `memoryMb`; either way they come corrected by `corrections` (layers by key). A map that cannot be read, that was made
 * of another file, or that its layer does not fit, goes to `refuse` with the reason, or is refused where it is read.
 */
export function loadMaps(
  reader: LabelMapReader,
  dir: string,
  set: ImageSet,
  options: {
    /** How layers are applied; ids of map classes are below `classes`. */
    classes: number
    fill: number
    padding?: ArrayLike<number> | undefined
    memoryMb: number
    corrections?: ReadonlyMap<string, CorrectionLayer> | undefined
    refuse: (index: number, reason: unknown) => void
  },
): MapSource {
  const wide = options.classes > 65_536
  const entryBytes = (wide ? 4 : 2) + 4
  const limit = (options.memoryMb * 1e6) / entryBytes
  const n = set.images.length
  const starts = new Float64Array(new SharedArrayBuffer(8 * n))
  const shapes = new Int32Array(new SharedArrayBuffer(12 * n))
  const { classes, fill, padding, corrections } = options
  const disk = (): MapSource => ({
    kind: 'disk',
    dir,
    keys: set.images.map(image => image.key),
    hashes: hashStarts(set),
    ...(corrections && corrections.size > 0
      ? { corrections: { layers: packed(set, corrections), fill, classes, padding } }
      : {}),
  })

  // The shapes are not known in advance: the size of the first map decides whether to try.
  let ids: Uint16Array | Uint32Array = wide ? new Uint32Array(0) : new Uint16Array(0)
  let logits: Float32Array = new Float32Array(0)
  let used = 0
  function grow(to: number): void {
    const room = Math.min(Math.max(to, Math.ceil(1.5 * logits.length)), Math.max(to, Math.floor(limit)))
    const buffer = new SharedArrayBuffer(room * (wide ? 4 : 2))
    const more = wide ? new Uint32Array(buffer) : new Uint16Array(buffer)
    more.set(ids.subarray(0, used))
    ids = more
    const moreLogits = new Float32Array(new SharedArrayBuffer(4 * room))
    moreLogits.set(logits.subarray(0, used))
    logits = moreLogits
  }
  for (const index of set.subset) {
    let map: LabelMap
    try {
      const { key, sha256 } = set.images[index]!
      const layer = corrections?.get(key)
      map = mapOfFile(reader, key, sha256 ?? '')
      if (layer) map = applyLayer(map, layer, { fill, classes, padding })
    } catch (error) {
      options.refuse(index, error)
      continue
    }
    const size = map.ids.length
    if (used === 0 && size * set.subset.length > limit) return disk()
    if (used + size > limit) return disk()
    if (used + size > logits.length)
      grow(used === 0 ? Math.min(Math.floor(limit), size * set.subset.length) : used + size)
    ids.set(map.ids, used)
    logits.set(map.logits, used)
    starts[index] = used
    shapes.set(map.shape, 3 * index)
    used += size
  }
  return { kind: 'memory', ids, logits, starts, shapes }
}

/** How much of a hash is compared in the loader's threads. */
const startBytes = 8

/** [n, 8]: how the hashes of the set's files begin, shared by all threads. */
function hashStarts({ images }: ImageSet): Uint8Array {
  const starts = new Uint8Array(new SharedArrayBuffer(startBytes * images.length))
  images.forEach(({ sha256 }, i) => {
    if (sha256) starts.set(Buffer.from(sha256.slice(0, 2 * startBytes), 'hex'), startBytes * i)
  })
  return starts
}

/** As hexadecimal digits; empty where it is not known. */
function hashStart(starts: Uint8Array, index: number): string {
  const at = startBytes * index
  const start = Buffer.from(starts.buffer, starts.byteOffset + at, startBytes)
  return start.readBigUInt64LE() === 0n ? '' : start.toString('hex')
}

/** The map of an image whose file's hash begins so. Throws `bad-label-map` where it was made of another file. */
function mapOfFile(reader: LabelMapReader, key: string, hash: string): LabelMap {
  const { map, imageHash } = reader.recordSync(key)
  const isKnown = hash !== '' && /^[0-9a-f]{64}$/.test(imageHash ?? '')
  return !isKnown || imageHash!.startsWith(hash)
    ? map
    : fail(
        'bad-label-map',
        `the label map of ${key} is of an earlier file; make it again with "relabel annotate"`,
        { key },
      )
}

/** The layers of the images in use, by index, as bytes: they are decoded when a map is needed. */
function packed(
  set: ImageSet,
  corrections: ReadonlyMap<string, CorrectionLayer>,
): ReadonlyMap<number, Uint8Array> {
  const layers = new Map<number, Uint8Array>()
  for (const index of set.subset) {
    const layer = corrections.get(set.images[index]!.key)
    if (layer) layers.set(index, encodeLayer(layer))
  }
  return layers
}
