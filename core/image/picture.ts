/** Pictures for people: thumbnails, and images as any browser can show them, encoded straight from the file. */
import { stat } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { fail, RelabelError } from '../base/error.ts'
import { probeImage } from './decode.ts'

/** An encoded picture. */
export interface Picture {
  bytes: Uint8Array
  type: 'image/webp' | 'image/png' | 'image/jpeg'
  width: number
  height: number
}

/** Files above this many bytes are not read for showing. */
const largestFile = 2 ** 31
const limitInputPixels = 2 ** 28
/** Small images are shown pixel by pixel: they must be exact. */
const exactSide = 512

/** The upright image in 8-bit sRGB over white, at most `side` pixels a side; of an animation the first frame. */
async function upright(file: string, side: number): Promise<{ picture: Sharp; longest: number }> {
  const probe = await probeImage(file, limitInputPixels)
  const { size } = await stat(file)
  if (size > largestFile)
    fail('bad-image', `${file}: ${size} bytes are too large to show`, {
      file,
      reason: 'the file is too large',
    })
  const picture = sharp(file, { failOn: 'error', pages: 1, limitInputPixels })
    .autoOrient()
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
  return { picture, longest: Math.min(side, Math.max(probe.width, probe.height)) }
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
  const { picture } = await upright(file, side)
  return encoded(file, picture.webp({ quality: 78, effort: 2 }), 'image/webp')
}

/** The image as it is shown large: exact (PNG) up to 512 pixels a side, else JPEG. Rejects with `bad-image`. */
export async function displayPicture(file: string, side: number): Promise<Picture> {
  const { picture, longest } = await upright(file, side)
  if (longest <= exactSide)
    return encoded(
      file,
      picture.png({ compressionLevel: 3, adaptiveFiltering: false, palette: false }),
      'image/png',
    )
  return encoded(file, picture.jpeg({ quality: 90, chromaSubsampling: '4:4:4' }), 'image/jpeg')
}
