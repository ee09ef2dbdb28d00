/** Chooses the factor for reducing a large image during decoding, and computes where its edges then lie. */
import type { Window } from './resample.ts'

/** The relevant parts of an image's header. */
export interface ImageHeader {
  /** Size after EXIF orientation. */
  width: number
  height: number
  /** jpeg, png, webp, gif, tiff, heif, … */
  format: string
  /** EXIF orientation of the stored image, 1 to 8. */
  orientation: number
}

/** The request to the decoder. */
export interface Reduction {
  size: { width: number; height: number }
  /** The image's edges on the reduced pixels. */
  window: Window
  /** Whether the decoder itself skips pixels (JPEG), not only the filter after it. */
  whileDecoding: boolean
}

/**
 * The largest whole factor that leaves `atLeast`, or undefined if there is none above 1.
 *
 * libvips reduces with half-pixel centres: output x covers the source from x·s to (x + 1)·s. Its JPEG decoder, however,
 * skips pixels in whole blocks of 2, 4 or 8: it reduces 1003 pixels to 250, which represent 1000. The filter after it
 * takes them for the whole image, so the image's true edge lies a little beyond the last pixel.
 */
export function planReduction(
  probe: ImageHeader,
  atLeast: { width: number; height: number },
): Reduction | undefined {
  const factor = Math.floor(Math.min(probe.width / atLeast.width, probe.height / atLeast.height))
  if (factor < 2) return undefined
  const size = { width: Math.floor(probe.width / factor), height: Math.floor(probe.height / factor) }
  const whileDecoding = probe.format === 'jpeg'
  const block = whileDecoding ? blockOf(Math.min(probe.width / size.width, probe.height / size.height)) : 1
  const [across, down] = [
    lengthOf(probe.width, size.width, block),
    lengthOf(probe.height, size.height, block),
  ]
  const { right, bottom } = beyond[probe.orientation] ?? beyond[1]!
  return {
    size,
    whileDecoding,
    window: {
      left: right ? 0 : size.width - across,
      top: bottom ? 0 : size.height - down,
      width: across,
      height: down,
    },
  }
}

/** Length of the whole image in reduced pixels, if its whole blocks make `reduced` of them. */
const lengthOf = (pixels: number, reduced: number, block: number): number =>
  (reduced * pixels) / (Math.floor(pixels / block) * block)

/**
 * The block that sharp has the JPEG decoder reduce to one pixel for a reduction by `scale`: the largest of 8, 4 and 2
 * that leaves a remainder to the filter, because libjpeg rounds differently if the reduction is exact.
 */
function blockOf(scale: number): number {
  const block = [8, 4, 2].find(size => scale >= size) ?? 1
  return Math.trunc(scale) === block ? Math.max(1, block / 2) : block
}

/** The sides of the stored image's right and bottom edges after EXIF orientation. */
const beyond: Record<number, { right: boolean; bottom: boolean }> = {
  1: { right: true, bottom: true },
  2: { right: false, bottom: true },
  3: { right: false, bottom: false },
  4: { right: true, bottom: false },
  5: { right: true, bottom: true },
  6: { right: false, bottom: true },
  7: { right: false, bottom: false },
  8: { right: true, bottom: false },
}
