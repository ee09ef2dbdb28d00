/** Converts a crop in pixels to a box in cells of a label map. */
import { fail } from '../base/error.ts'
import type { Axes } from '../contract/recipe.ts'

/** A crop in pixels of the image as it was annotated (after EXIF orientation). */
export interface Crop {
  top: number
  left: number
  height: number
  width: number
}

/** Pixels. */
export interface ImageSize {
  height: number
  width: number
}

/** `published` passes (y1, x1, y2, x2) to RoIAlign, as the paper's released code does; for comparison only. */
export type { Axes }

/** Throws 'usage' unless the crop has a size and lies inside the image. */
export function checkCrop(crop: Crop, image: ImageSize): void {
  const { top, left, height, width } = crop
  const inside =
    height > 0 &&
    width > 0 &&
    top >= 0 &&
    left >= 0 &&
    top + height <= image.height &&
    left + width <= image.width
  if (inside && Number.isFinite(image.height) && Number.isFinite(image.width)) return
  fail(
    'usage',
    `the crop top ${top}, left ${left}, height ${height}, width ${width} does not lie inside the image ` +
      `(height ${image.height}, width ${image.width}); give a crop of at least one pixel inside it`,
    { crop: { top, left, height, width }, image: { height: image.height, width: image.width } },
  )
}

/**
 * The crop as RoIAlign's box (x1, y1, x2, y2) on an `H × W` map: `x1 = left/iw·W − ½` and so on.
 */
export function cropBox(
  crop: Crop,
  image: ImageSize,
  map: { height: number; width: number },
  axes: Axes = 'correct',
): [x1: number, y1: number, x2: number, y2: number] {
  const x1 = (crop.left / image.width) * map.width - 0.5
  const y1 = (crop.top / image.height) * map.height - 0.5
  const x2 = ((crop.left + crop.width) / image.width) * map.width - 0.5
  const y2 = ((crop.top + crop.height) / image.height) * map.height - 0.5
  return axes === 'published' ? [y1, x1, y2, x2] : [x1, y1, x2, y2]
}
