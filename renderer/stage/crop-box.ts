/** A crop that is moved and resized by its handles, in whole pixels of the image; pure. */
import type { Crop, ImageSize } from '../../core/pooling/crop.ts'
import type { Random } from '../../core/base/random.ts'
import type { Point } from './view.ts'

/** A handle: a side, a corner (two letters), or the whole crop. */
export type Handle = 'n' | 's' | 'w' | 'e' | 'nw' | 'ne' | 'sw' | 'se' | 'move'

export const handles: readonly Exclude<Handle, 'move'>[] = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w']

/** Where a handle sits, in image pixels. */
export function handlePoint(crop: Crop, handle: Exclude<Handle, 'move'>): Point {
  const x = handle.includes('w') ? 0 : handle.includes('e') ? 1 : 0.5
  const y = handle.includes('n') ? 0 : handle.includes('s') ? 1 : 0.5
  return { x: crop.left + x * crop.width, y: crop.top + y * crop.height }
}

/** The handle within `near` image pixels of a position; `move` inside; null outside. */
export function handleAt(crop: Crop, at: Point, near: number): Handle | null {
  let best: Handle | null = null
  let least = near
  for (const handle of handles) {
    const place = handlePoint(crop, handle)
    const away = Math.max(Math.abs(place.x - at.x), Math.abs(place.y - at.y))
    if (away <= least) [best, least] = [handle, away]
  }
  if (best) return best
  const inside =
    at.x >= crop.left && at.x <= crop.left + crop.width && at.y >= crop.top && at.y <= crop.top + crop.height
  return inside ? 'move' : null
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value))

/**
 * The crop as `start` with `handle` dragged by `by` image pixels: whole pixels, inside the image, at least one pixel
 * per side.
 */
export function dragCrop(start: Crop, handle: Handle, by: Point, image: ImageSize): Crop {
  const dx = Math.round(by.x)
  const dy = Math.round(by.y)
  if (handle === 'move')
    return {
      ...start,
      left: clamp(start.left + dx, 0, image.width - start.width),
      top: clamp(start.top + dy, 0, image.height - start.height),
    }
  let [left, right] = [start.left, start.left + start.width]
  let [top, bottom] = [start.top, start.top + start.height]
  if (handle.includes('w')) left = clamp(left + dx, 0, right - 1)
  if (handle.includes('e')) right = clamp(right + dx, left + 1, image.width)
  if (handle.includes('n')) top = clamp(top + dy, 0, bottom - 1)
  if (handle.includes('s')) bottom = clamp(bottom + dy, top + 1, image.height)
  return { top, left, height: bottom - top, width: right - left }
}

/** The crop between two corners in image pixels. */
export function cropBetween(a: Point, b: Point, image: ImageSize): Crop {
  const left = clamp(Math.floor(Math.min(a.x, b.x)), 0, image.width - 1)
  const top = clamp(Math.floor(Math.min(a.y, b.y)), 0, image.height - 1)
  const right = clamp(Math.ceil(Math.max(a.x, b.x)), left + 1, image.width)
  const bottom = clamp(Math.ceil(Math.max(a.y, b.y)), top + 1, image.height)
  return { top, left, height: bottom - top, width: right - left }
}

/** Clamps a typed crop to the image. */
export function fitCrop(crop: Crop, image: ImageSize): Crop {
  const left = clamp(Math.round(crop.left), 0, image.width - 1)
  const top = clamp(Math.round(crop.top), 0, image.height - 1)
  return {
    left,
    top,
    width: clamp(Math.round(crop.width), 1, image.width - left),
    height: clamp(Math.round(crop.height), 1, image.height - top),
  }
}

/**
 * Draws a random-resized-crop as training does: area uniform in `scale` (shares of the image), aspect (width by height)
 * log-uniform in `ratio`, position uniform; after ten failed attempts the largest centred crop with an allowed aspect.
 */
export function drawCrop(
  image: ImageSize,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  random: Pick<Random, 'uniform' | 'int'>,
): Crop {
  for (let i = 0; i < 10; i++) {
    const area = image.height * image.width * random.uniform(scale[0], scale[1])
    const aspect = Math.exp(random.uniform(Math.log(ratio[0]), Math.log(ratio[1])))
    const width = Math.round(Math.sqrt(area * aspect))
    const height = Math.round(Math.sqrt(area / aspect))
    if (width > 0 && width <= image.width && height > 0 && height <= image.height)
      return {
        top: random.int(image.height - height + 1),
        left: random.int(image.width - width + 1),
        height,
        width,
      }
  }
  const aspect = image.width / image.height
  const height = aspect < ratio[0] ? Math.max(1, Math.round(image.width / ratio[0])) : image.height
  const width = aspect > ratio[1] ? Math.max(1, Math.round(image.height * ratio[1])) : image.width
  return {
    top: Math.floor((image.height - height) / 2),
    left: Math.floor((image.width - width) / 2),
    height,
    width,
  }
}
