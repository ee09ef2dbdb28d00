/** Random-resized-crop: which part of an image a sample shows, as torchvision draws it. */
import type { Random } from '../../base/random.ts'

/** A rectangle of an image in pixels. */
export interface Crop {
  top: number
  left: number
  height: number
  width: number
}

const tries = 10

/**
 * Draws a crop of `height` × `width` pixels of an image: area uniform in `scale` (shares of the image's area), aspect
 * (width by height) log-uniform in `ratio`, place uniform; after ten misses the largest centred crop with an allowed
 * aspect. Fills and returns `out`, whose numbers are whole.
 */
export function randomResizedCrop(
  height: number,
  width: number,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  random: Random,
  out: Crop = { top: 0, left: 0, height: 0, width: 0 },
): Crop {
  const area = height * width
  const low = Math.log(ratio[0])
  const high = Math.log(ratio[1])
  for (let i = 0; i < tries; i++) {
    const target = area * random.uniform(scale[0], scale[1])
    const aspect = Math.exp(random.uniform(low, high))
    const w = Math.round(Math.sqrt(target * aspect))
    const h = Math.round(Math.sqrt(target / aspect))
    if (w > 0 && w <= width && h > 0 && h <= height) {
      out.top = random.int(height - h + 1)
      out.left = random.int(width - w + 1)
      out.height = h
      out.width = w
      return out
    }
  }
  return centredCrop(height, width, ratio, out)
}

/** The largest centred crop whose aspect lies within `ratio`; at least one pixel a side. */
export function centredCrop(
  height: number,
  width: number,
  ratio: readonly [number, number],
  out: Crop = { top: 0, left: 0, height: 0, width: 0 },
): Crop {
  const aspect = width / height
  out.height = aspect < ratio[0] ? Math.min(height, Math.max(1, Math.round(width / ratio[0]))) : height
  out.width = aspect > ratio[1] ? Math.min(width, Math.max(1, Math.round(height * ratio[1]))) : width
  out.top = Math.floor((height - out.height) / 2)
  out.left = Math.floor((width - out.width) / 2)
  return out
}
