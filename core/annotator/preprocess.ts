/** How an image becomes the annotator's input: its size, and its pixels as normalised floats. */
import { fail } from '../base/error.ts'
import type { ResizeRule } from '../contract/manifest.ts'

/** Part of an annotation's provenance. */
export interface Preprocessing {
  /** Side of the squashed square, or the shorter side with `pad`; pixels. */
  size: number
  /**
   * `squash`: to size×size, as published. `pad`: the shorter side becomes `size`, the longer one follows, and both are
   * brought to whole cells of the map, so that the map covers the image exactly and crops find their place.
   */
  resize: ResizeRule
  /** Per channel (R, G, B), for pixels in 0…1: x = (pixel − mean)/std. */
  mean: [number, number, number]
  std: [number, number, number]
}

/** With `pad`, the longer side is at most this many times `size`; longer images are made smaller. */
const maxAspect = 4

/** Fails with code `usage` for invalid values. */
export function checkPreprocessing(of: Preprocessing): void {
  if (!Number.isInteger(of.size) || of.size < 8 || of.size > 4096)
    fail('usage', `the size must be a whole number of pixels from 8 to 4096, not ${of.size}`)
  if (![...of.mean, ...of.std].every(Number.isFinite) || of.std.some(value => value <= 0))
    fail(
      'usage',
      `mean and std must be finite and std positive: mean ${of.mean.join(',')}, std ${of.std.join(',')}`,
    )
  if (of.mean.some(value => Math.abs(value) > 10) || of.std.some(value => value > 10))
    fail(
      'usage',
      `mean ${of.mean.join(',')} and std ${of.std.join(',')} seem to be for pixels in 0…255; divide them by 255`,
    )
}

/** Width and height that an image is resized to; `stride` is the annotator's pixels a cell, down and across. */
export function inputSize(
  of: Preprocessing,
  image: { width: number; height: number },
  [down, across]: readonly [number, number],
): { width: number; height: number } {
  if (of.resize === 'squash') return { width: of.size, height: of.size }
  const shorter = Math.min(image.width, image.height)
  const longer = Math.max(image.width, image.height)
  const scale = Math.min(of.size / shorter, (maxAspect * of.size) / longer)
  const whole = (side: number, cell: number): number => Math.max(1, Math.round((side * scale) / cell)) * cell
  return { width: whole(image.width, across), height: whole(image.height, down) }
}
