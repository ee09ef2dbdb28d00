/** Images for display: thumbnails, and images in a form that any browser can show. */
import { stat } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { fail, RelabelError } from '../base/error.ts'
import { defaultMaxPixels, probeImage, type ImageProbe } from './decode.ts'
import { decodeResized } from './resized.ts'

/** An encoded picture. */
export interface Picture {
  bytes: Uint8Array
  type: 'image/webp' | 'image/png' | 'image/jpeg'
  width: number
  height: number
}

/** Larger files (in bytes) are not read for display. */
const largestFile = 2 ** 31
/** Images up to this side are shown pixel by pixel, so they must be exact. */
const exactSide = 512

/** Header and size of a file that may be shown. */
async function check(file: string): Promise<ImageProbe> {
  const probe = await probeImage(file, defaultMaxPixels)
  const { size } = await stat(file)
  if (size > largestFile)
    fail('bad-image', `${file}: ${size} bytes are too large to show`, {
      file,
      reason: 'the file is too large',
    })
  return probe
}

/** A size with the same shape whose longer side is at most `side`. */
function within({ width, height }: ImageProbe, side: number): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height))
  const shown = (pixels: number): number => Math.max(1, Math.round(pixels * scale))
  return { width: shown(width), height: shown(height) }
}

async function encoded(file: string, picture: Sharp, type: Picture['type']): Promise<Picture> {
  try {
    const { data, info } = await picture.toBuffer({ resolveWithObject: true })
    return { bytes: data, type, width: info.width, height: info.height }
  } catch (error) {
    if (error instanceof RelabelError) throw error
    const reason = 'the image is truncated or damaged and cannot be decoded'
    return fail('bad-image', `${file}: ${reason}`, { file, reason }, error)
  }
}

/** A WebP whose longer side is at most `side` pixels. Rejects with `bad-image`. */
export async function thumbnail(file: string, side: number): Promise<Picture> {
  const { data, width, height } = await decodeResized(file, within(await check(file), side))
  const picture = sharp(data, { raw: { width, height, channels: 3 } })
  return encoded(file, picture.webp({ quality: 78, effort: 2 }), 'image/webp')
}

/** The image at full size: exact (PNG) up to 512 pixels per side, else JPEG. Rejects with `bad-image`. */
export async function displayPicture(file: string, side: number): Promise<Picture> {
  const probe = await check(file)
  const shown = within(probe, side)
  // libvips uses the same filter if its decoders do not reduce, and does not need memory for the whole image.
  const picture = sharp(file, { failOn: 'error', pages: 1, limitInputPixels: defaultMaxPixels })
    .autoOrient()
    .extract({ left: 0, top: 0, width: probe.width, height: probe.height })
    .resize({ ...shown, fit: 'fill', kernel: 'linear' })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
  if (Math.max(shown.width, shown.height) <= exactSide)
    return encoded(
      file,
      picture.png({ compressionLevel: 3, adaptiveFiltering: false, palette: false }),
      'image/png',
    )
  return encoded(file, picture.jpeg({ quality: 90, chromaSubsampling: '4:4:4' }), 'image/jpeg')
}
