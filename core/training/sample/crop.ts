/** Random-resized-crop, as in torchvision: chooses the part of an image that a sample shows. */
import type { Random } from '../../base/random.ts'
import type { Crop } from '../../pooling/crop.ts'

const tries = 10

/**
 * Draws a crop of `height` × `width` pixels of an image: area uniform in `scale` (shares of the image's area), aspect
 * (width by height) log-uniform in `ratio`, position uniform; after ten failed attempts the largest centred crop with
 * an allowed aspect. All numbers are whole.
 */
export function randomResizedCrop(
  height: number,
  width: number,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  random: Random,
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
      const top = random.int(height - h + 1)
      return { top, left: random.int(width - w + 1), height: h, width: w }
    }
  }
  return centredCrop(height, width, ratio)
}

/** The largest centred crop whose aspect lies within `ratio`; at least one pixel per side. */
export function centredCrop(height: number, width: number, ratio: readonly [number, number]): Crop {
  const aspect = width / height
  const h = aspect < ratio[0] ? Math.min(height, Math.max(1, Math.round(width / ratio[0]))) : height
  const w = aspect > ratio[1] ? Math.min(width, Math.max(1, Math.round(height * ratio[1]))) : width
  return { top: Math.floor((height - h) / 2), left: Math.floor((width - w) / 2), height: h, width: w }
}
