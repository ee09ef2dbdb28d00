/** Decodes image files to upright 8-bit sRGB pixels, or gives a clear error. */
import { open, stat } from 'node:fs/promises'
import sharp from 'sharp'
import { fail, RelabelError } from '../base/error.ts'
import { reasonOf } from '../base/files/disk-error.ts'
import type { FileStamp } from '../base/files/stamp.ts'
import { planReduction, type ImageHeader } from './reduction.ts'
import type { Window } from './resample.ts'

// One thread per caller: decoding runs in several workers and must leave cores to the engine.
sharp.concurrency(1)
sharp.cache(false)

/** RGB pixels, row-major: `data[(y·width + x)·3 + c]`. */
export interface PixelImage {
  width: number
  height: number
  channels: 3
  data: Uint8Array
}

/** A decoded image, possibly reduced. */
export interface DecodedImage extends PixelImage {
  originalWidth: number
  originalHeight: number
  /**
   * The image's true edges on these pixels. A reducing decoder drops incomplete blocks, so the edges can lie
   * a little beyond the last pixel; resampling reads from this window, so that nothing is shifted.
   */
  window: Window
}

/** How to decode. */
export interface DecodeOptions {
  /** Larger images are refused before decoding; default 2^28 pixels. */
  maxPixels?: number
  /**
   * Large images may be reduced by a whole factor while they are decoded, as long as this many pixels remain. The result
   * is then resampled to the target size: see {@link DecodedImage.window}.
   */
  atLeast?: { width: number; height: number }
}

/** What a file says of itself before it is decoded. */
export interface ImageProbe extends ImageHeader {
  /** The file, before anything of it was read. */
  stamp: FileStamp
}

/** Maximum length of a side, regardless of the number of pixels. */
export const maxSide = 32_768
export const defaultMaxPixels = 2 ** 28

function bad(file: string, reason: string, cause?: unknown): never {
  return fail('bad-image', `${file}: ${reason}`, { file, reason }, cause)
}

/** The file is away or may not be read: see `isPassing` in `image-error.ts`. */
function outOfReach(file: string, reason: string): never {
  return fail('bad-image', `${file}: ${reason}`, { file, reason, passing: true })
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Only these formats are decoded; everything else that libvips supports is refused. */
function isKnownFormat(head: Buffer): boolean {
  const text = head.toString('latin1')
  return (
    text.startsWith('\xff\xd8\xff') ||
    text.startsWith('\x89PNG\r\n') ||
    /^GIF8[79]a/.test(text) ||
    /^RIFF[^]{4}WEBP/.test(text) ||
    text.startsWith('II*\0') ||
    text.startsWith('MM\0*') ||
    /^[^]{4}ftyp/.test(text)
  )
}

async function checkFile(file: string): Promise<FileStamp> {
  const info = await stat(file).catch((error: unknown) =>
    (error as { code?: unknown }).code === 'ENOENT'
      ? outOfReach(file, 'the file does not exist')
      : outOfReach(file, `the file cannot be read (${reasonOf(error)})`),
  )
  if (!info.isFile()) bad(file, 'this is not a file')
  if (info.size === 0) bad(file, 'the file is empty')
  const head = await firstBytes(file).catch((error: unknown) =>
    outOfReach(file, `the file cannot be read (${reasonOf(error)})`),
  )
  if (!isKnownFormat(head))
    bad(file, 'the file is not an image in a known format (JPEG, PNG, WebP, GIF, TIFF, AVIF)')
  return { size: info.size, modified: info.mtimeMs }
}

async function read<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof RelabelError) throw error
    // libvips mixes the messages of concurrent calls, so they cannot be shown.
    return bad(file, 'the image is truncated or damaged and cannot be decoded', error)
  }
}

// Warnings (odd metadata, extra bytes) are common in real data sets and harmless; errors and missing data are not.
const readOptions = { failOn: 'error', pages: 1 } as const

/** Reads the header only: size after EXIF orientation, and format. Rejects with `bad-image`. */
export async function probeImage(file: string, maxPixels = defaultMaxPixels): Promise<ImageProbe> {
  const stamp = await checkFile(file)
  return read(file, async () => {
    const header = await sharp(file, { ...readOptions, limitInputPixels: false }).metadata()
    const { width, height } = header.autoOrient
    if (width > maxSide || height > maxSide)
      bad(file, `${width}×${height} pixels: a side is longer than the limit of ${maxSide}`)
    if (width * height > maxPixels)
      bad(file, `${width}×${height} pixels are more than the limit of ${maxPixels}`)
    return { width, height, format: header.format, orientation: header.orientation ?? 1, stamp }
  })
}

/**
 * Decodes a file: EXIF orientation applied; CMYK, greyscale and 16-bit turned into 8-bit sRGB; transparency laid over
 * white; of an animation the first frame. Rejects with `bad-image` for a missing, empty, truncated, too large or
 * unknown file.
 */
export async function decodeImage(file: string, options: DecodeOptions = {}): Promise<DecodedImage> {
  const maxPixels = options.maxPixels ?? defaultMaxPixels
  const probe = await probeImage(file, maxPixels)
  const plan = options.atLeast && planReduction(probe, options.atLeast)
  return read(file, async () => {
    let picture = sharp(file, { ...readOptions, limitInputPixels: maxPixels }).autoOrient()
    if (plan && !plan.whileDecoding) picture = picture.extract(whole(probe))
    if (plan) picture = picture.resize({ ...plan.size, fit: 'fill', kernel: 'linear' })
    const { data, info } = await picture
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    const { width, height } = info
    return {
      width,
      height,
      channels: 3,
      data: asRgb(file, data, width * height, info.channels),
      originalWidth: probe.width,
      originalHeight: probe.height,
      window: plan?.window ?? { top: 0, left: 0, height, width },
    }
  })
}

/** Extracting the whole area prevents sharp from reducing in the decoder, whose geometry differs between formats. */
const whole = ({ width, height }: ImageProbe): Window => ({
  left: 0,
  top: 0,
  width,
  height,
})

/** Converts the decoder's output to three channels: grey is repeated, extra channels are dropped. */
function asRgb(file: string, data: Uint8Array, pixels: number, channels: number): Uint8Array {
  if (data.length !== pixels * channels) bad(file, 'the decoder returned the wrong number of pixels')
  if (channels === 3) return data
  const rgb = new Uint8Array(pixels * 3)
  for (let i = 0; i < pixels; i++)
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = data[i * channels + (channels < 3 ? 0 : c)] ?? 0
  return rgb
}
