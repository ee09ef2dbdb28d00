/** Position and size of each image in the pixel cache. */
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import type { ImageSet } from '../sample/image-set.ts'

/** Position and size of every image of a set in one block of RGB bytes. */
export interface Layout {
  /** Bytes from the start; [n + 1], the last is the total. */
  offsets: Float64Array
  /** [n, 2]: stored height, width. */
  sizes: Int32Array
  bytes: number
}

/** The size of an image whose shorter side is reduced to `side`; never enlarged. */
export function storedSize(height: number, width: number, side: number): [height: number, width: number] {
  const shorter = Math.min(height, width)
  if (shorter <= side) return [height, width]
  const scale = side / shorter
  return [Math.max(side, Math.round(height * scale)), Math.max(side, Math.round(width * scale))]
}

/** The layout of a whole set with shorter sides of at most `side` pixels. */
export function layoutOf(set: ImageSet, side: number): Layout {
  const n = set.images.length
  const offsets = new Float64Array(new SharedArrayBuffer(8 * (n + 1)))
  const sizes = new Int32Array(new SharedArrayBuffer(8 * n))
  let at = 0
  for (let i = 0; i < n; i++) {
    offsets[i] = at
    const [height, width] = storedSize(set.sizes[2 * i]!, set.sizes[2 * i + 1]!, side)
    sizes[2 * i] = height
    sizes[2 * i + 1] = width
    at += 3 * Math.max(0, height) * Math.max(0, width)
  }
  offsets[n] = at
  return { offsets, sizes, bytes: at }
}

/** Changes with every file's path, size in bytes and pixels, and time of change, and with `side`. */
export function layoutKey(set: ImageSet, side: number): string {
  const hash = createHash('sha256').update(`pixels 2 ${side}\n`)
  for (const image of set.images) {
    const info = statSync(image.file, { throwIfNoEntry: false })
    hash.update(
      `${JSON.stringify(image.file)} ${image.width}×${image.height} ${info?.size ?? 0} ${info?.mtimeMs ?? 0}\n`,
    )
  }
  return hash.digest('hex').slice(0, 24)
}
