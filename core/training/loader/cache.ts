/**
 * The pixel cache of a project: every image is decoded and resized once, stored as raw RGB in one file, and reused by
 * later runs.
 */
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { fail, messageOf, RelabelError } from '../../base/error.ts'
import { writeAtomicSync } from '../../base/files/atomic.ts'
import { requireOwnedFile } from '../../base/files/owned.ts'
import type { ImageSet } from '../sample/image-set.ts'
import { decodeAll } from './decode-all.ts'
import { layoutKey, layoutOf } from './layout.ts'
import type { Layout } from './layout.ts'
import type { PixelSource } from './pixels.ts'

/** Budgets and locations. */
export interface CacheOptions {
  /** Folder of the cache files. */
  dir: string
  diskMb: number
  memoryMb: number
  /** Shorter side of stored images, pixels. */
  side: number
  onProgress?: (done: number, total: number) => void
  signal?: AbortSignal | undefined
}

/** The pixels of a set, and the images that could not be decoded (index → reason). */
export interface Cached {
  source: PixelSource
  bad: Map<number, string>
  /** Origin of the pixels: found on disk, decoded now, or read from the image files. */
  how: 'found' | 'made' | 'files'
  bytes: number
}

const indexSchema = z.object({
  format: z.literal(1),
  count: z.int().min(0),
  bytes: z.int().min(0),
  /** CRC-32 of each image's pixels. */
  checksums: z.array(z.int().min(0)),
  /** Images that could not be decoded, and why. */
  bad: z.array(z.tuple([z.int().min(0), z.string()])),
  /** Those of them whose files were out of reach, which says nothing about what is in them. */
  passing: z.array(z.int().min(0)).optional(),
})
type Index = z.infer<typeof indexSchema>

const megabyte = 1e6
/** Read in pieces, as Node cannot read more than 2 GB at once. */
const piece = 1 << 28

/**
 * Opens the cache of a set, creating it if it fits the budgets; otherwise the image files themselves are the source. A
 * damaged cache is rebuilt once (`again`).
 */
export async function openCache(set: ImageSet, options: CacheOptions, again = false): Promise<Cached> {
  const layout = layoutOf(set, options.side)
  const toMemory = layout.bytes <= options.memoryMb * megabyte
  const toDisk = layout.bytes <= options.diskMb * megabyte && layout.bytes > 0
  if (!toDisk && !toMemory) return { source: filesOf(set), bad: new Map(), how: 'files', bytes: 0 }
  if (!toDisk) {
    const bytes = new Uint8Array(new SharedArrayBuffer(layout.bytes))
    const { bad } = await decodeAll(set, layout, options, (data, at) => bytes.set(data, at))
    return { source: inMemory(bytes, layout), bad, how: 'made', bytes: layout.bytes }
  }
  const base = join(options.dir, `pixels-${layoutKey(set, options.side)}`)
  const found = readIndex(base, layout, set)
  if (!found && !roomFor(options.dir, layout.bytes)) return openCache(set, { ...options, diskMb: 0 }, again)
  const index = found ?? (await makeFile(base, set, layout, options))
  const checksums = new Uint32Array(new SharedArrayBuffer(4 * index.count))
  checksums.set(index.checksums)
  const bad = new Map(index.bad)
  const how = found ? 'found' : 'made'
  const { offsets, sizes } = layout
  const disk: PixelSource = { kind: 'disk', file: `${base}.rgb`, offsets, sizes, checksums }
  if (!toMemory) return { source: disk, bad, how, bytes: layout.bytes }
  const bytes = loadAll(disk.file, layout, checksums, bad)
  if (bytes) return { source: inMemory(bytes, layout), bad, how, bytes: layout.bytes }
  rmSync(`${base}.json`, { force: true })
  if (again) fail('disk', `${disk.file}: data written there does not read back the same`, { file: disk.file })
  return openCache(set, options, true)
}

const inMemory = (bytes: Uint8Array, { offsets, sizes }: Layout): PixelSource => ({
  kind: 'memory',
  bytes,
  offsets,
  sizes,
})

const filesOf = (set: ImageSet): PixelSource => ({
  kind: 'files',
  files: set.images.map(image => image.file),
  sizes: set.sizes,
})

/** Whether the folder can be created and has enough space; otherwise there is no cache on disk. */
function roomFor(dir: string, bytes: number): boolean {
  try {
    mkdirSync(dir, { recursive: true })
    accessSync(dir, constants.W_OK)
    const { bavail, bsize } = statfsSync(dir)
    return bavail * bsize > bytes * 1.05
  } catch {
    return false // a read-only project: the images are decoded into memory, or each time
  }
}

/** Whether a file that was out of reach can be opened now. */
function isInReach(file: string): boolean {
  try {
    closeSync(openSync(file, 'r'))
    return true
  } catch {
    return false
  }
}

function readIndex(base: string, layout: Layout, { images }: ImageSet): Index | undefined {
  const count = images.length
  try {
    const index = indexSchema.parse(JSON.parse(readFileSync(requireOwnedFile(`${base}.json`), 'utf8')))
    const whole =
      index.count === count &&
      index.bytes === layout.bytes &&
      index.checksums.length === count &&
      statSync(requireOwnedFile(`${base}.rgb`)).size === layout.bytes
    const isBack = (index.passing ?? []).some(i => images[i] && isInReach(images[i].file))
    return whole && !isBack ? index : undefined
  } catch {
    return undefined // missing or unreadable: it is rebuilt
  }
}

async function makeFile(base: string, set: ImageSet, layout: Layout, options: CacheOptions): Promise<Index> {
  const temporary = `${base}.rgb.${process.pid}.tmp`
  let fd: number | undefined
  try {
    rmSync(temporary, { force: true })
    fd = openSync(temporary, 'wx')
    const out = fd
    const { bad, passing, checksums } = await decodeAll(set, layout, options, (data, at) => {
      for (let done = 0; done < data.length;)
        done += writeSync(out, data, done, data.length - done, at + done)
    })
    // The sparse ranges of bad images must exist, so that a complete file can be recognised by its length.
    if (statSync(temporary).size < layout.bytes) writeSync(fd, new Uint8Array(1), 0, 1, layout.bytes - 1)
    fsyncSync(fd)
    closeSync(fd)
    fd = undefined
    renameSync(temporary, `${base}.rgb`)
    const index: Index = {
      format: 1,
      count: set.images.length,
      bytes: layout.bytes,
      checksums,
      bad: [...bad],
      ...(passing.length > 0 && { passing }),
    }
    writeAtomicSync(`${base}.json`, JSON.stringify(index))
    return index
  } catch (error) {
    if (error instanceof RelabelError) throw error
    return fail('disk', `${temporary}: the pixel cache cannot be written (${messageOf(error)})`, {}, error)
  } finally {
    if (fd !== undefined) closeSync(fd)
    rmSync(temporary, { force: true })
  }
}

/** The whole file in shared memory, or undefined if it is damaged. */
function loadAll(
  file: string,
  layout: Layout,
  checksums: Uint32Array,
  bad: ReadonlyMap<number, string>,
): Uint8Array | undefined {
  const bytes = new Uint8Array(new SharedArrayBuffer(layout.bytes))
  const fd = openSync(file, 'r')
  try {
    for (let at = 0; at < bytes.length;) {
      const got = readSync(fd, bytes, at, Math.min(piece, bytes.length - at), at)
      if (got === 0) return undefined
      at += got
    }
  } finally {
    closeSync(fd)
  }
  for (let i = 0; i < checksums.length; i++) {
    if (bad.has(i)) continue
    const part = bytes.subarray(layout.offsets[i], layout.offsets[i + 1])
    if (crc32(part) !== checksums[i]) return undefined
  }
  return bytes
}
