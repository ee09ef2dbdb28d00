/** Encodes images that the program generates. */
import sharp from 'sharp'
import { fail } from '../base/error.ts'

/** A PNG of RGB bytes `[height, width, 3]`, compressed for speed; throws `usage` if the sizes do not fit. */
export async function encodePng(pixels: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  if (pixels.length !== width * height * 3)
    fail('usage', `${pixels.length} bytes are not an RGB picture of ${width}×${height}`)
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 1, adaptiveFiltering: false })
    .toBuffer()
}

/** A JPEG of RGB bytes `[height, width, 3]`; throws `usage` if the sizes do not fit. */
export async function encodeJpeg(
  pixels: Uint8Array,
  width: number,
  height: number,
  quality = 90,
): Promise<Uint8Array> {
  if (pixels.length !== width * height * 3)
    fail('usage', `${pixels.length} bytes are not an RGB picture of ${width}×${height}`)
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer()
}
