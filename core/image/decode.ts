/** Image files to pixels: whatever the file holds becomes upright 8-bit sRGB, or a clear error. */
import { open, stat } from 'node:fs/promises'
import sharp, { type ResizeOptions } from 'sharp'
import { fail, messageOf, RelabelError } from '../base/error.ts'

// One thread a caller: decoding runs in several workers and must leave the cores to the engine.
sharp.concurrency(1)
sharp.cache(false)

/** RGB pixels, row-major: `data[(y·width + x)·3 + c]`. */
export interface PixelImage {
  width: number
  height: number
  channels: 3
  data: Uint8Array
}

/** How to decode. */
export interface DecodeOptions {
  /** Larger images are refused before decoding; default 2^28 pixels. */
  maxPixels?: number
  /**
   * Resize with an antialiased triangle filter (bilinear). `fill` squashes to exactly width×height; `pad` keeps the
   * aspect, puts the image at the top left and fills the rest with black.
   */
  resize?: { width: number; height: number; fit: 'fill' | 'pad' }
  /** Decode at a reduced size whose shorter side is still at least this, where the decoder can (JPEG: 1/2, 1/4, 1/8). */
  shrinkFor?: number
}

/** Size of a file's image after EXIF orientation. */
export interface ImageProbe {
  width: number
  height: number
  /** jpeg, png, webp, gif, tiff, heif, … */
  format: string
}

/** No side may be longer, whatever the number of pixels. */
export const maxSide = 32_768
const defaultMaxPixels = 2 ** 28

function bad(file: string, reason: string, cause?: unknown): never {
  return fail('bad-image', `${file}: ${reason}`, { file, reason }, cause)
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

/** Only these reach a decoder; whatever else libvips could open stays shut. */
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

async function checkFile(file: string): Promise<void> {
  const info = await stat(file).catch((error: unknown) =>
    (error as { code?: unknown }).code === 'ENOENT'
      ? bad(file, 'the file does not exist')
      : bad(file, `the file cannot be read (${messageOf(error)})`),
  )
  if (!info.isFile()) bad(file, 'this is not a file')
  if (info.size === 0) bad(file, 'the file is empty')
  const head = await firstBytes(file).catch((error: unknown) =>
    bad(file, `the file cannot be read (${messageOf(error)})`),
  )
  if (!isKnownFormat(head))
    bad(file, 'the file is not an image in a known format (JPEG, PNG, WebP, GIF, TIFF, AVIF)')
}

async function read<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof RelabelError) throw error
    // libvips mixes the messages of concurrent calls, so they are no reason to print.
    return bad(file, 'the image is truncated or damaged and cannot be decoded', error)
  }
}

// Warnings (odd metadata, extra bytes) are common in real data sets and harmless; errors and missing data are not.
const readOptions = { failOn: 'error', pages: 1 } as const

/** Reads the header only: size after EXIF orientation, and format. Rejects with `bad-image`. */
export async function probeImage(file: string, maxPixels = defaultMaxPixels): Promise<ImageProbe> {
  await checkFile(file)
  return read(file, async () => {
    const header = await sharp(file, { ...readOptions, limitInputPixels: false }).metadata()
    const { width, height } = header.autoOrient
    if (width > maxSide || height > maxSide)
      bad(file, `${width}×${height} pixels: a side is longer than the limit of ${maxSide}`)
    if (width * height > maxPixels)
      bad(file, `${width}×${height} pixels are more than the limit of ${maxPixels}`)
    return { width, height, format: header.format }
  })
}

/** The largest of 1/8, 1/4, 1/2 whose shorter side is still at least `shorter`, as a divisor. */
function divisorFor(width: number, height: number, shorter: number): number {
  return [8, 4, 2].find(divisor => Math.floor(Math.min(width, height) / divisor) >= shorter) ?? 1
}

/**
 * Decodes a file: EXIF orientation applied; CMYK, greyscale and 16-bit turned into 8-bit sRGB; transparency laid over
 * white; of an animation the first frame. Rejects with `bad-image` for a missing, empty, truncated, too large or
 * unknown file.
 */
export async function decodeImage(
  file: string,
  options: DecodeOptions = {},
): Promise<PixelImage & { originalWidth: number; originalHeight: number }> {
  const maxPixels = options.maxPixels ?? defaultMaxPixels
  const probe = await probeImage(file, maxPixels)
  return read(file, async () => {
    let picture = sharp(file, { ...readOptions, limitInputPixels: maxPixels }).autoOrient()
    const target = targetOf(probe, options)
    if (target) picture = picture.resize(target)
    const { data, info } = await picture
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return {
      width: info.width,
      height: info.height,
      channels: 3,
      data: asRgb(file, data, info.width * info.height, info.channels),
      originalWidth: probe.width,
      originalHeight: probe.height,
    }
  })
}

function targetOf(probe: ImageProbe, options: DecodeOptions): ResizeOptions | undefined {
  const { resize, shrinkFor } = options
  if (resize) {
    const { width, height } = resize
    if (resize.fit === 'fill') return { width, height, fit: 'fill', kernel: 'linear' }
    return {
      width,
      height,
      fit: 'contain',
      position: 'left top',
      background: '#000000',
      kernel: 'linear',
    }
  }
  if (shrinkFor === undefined || probe.format !== 'jpeg') return undefined
  const divisor = divisorFor(probe.width, probe.height, shrinkFor)
  if (divisor === 1) return undefined
  const width = Math.ceil(probe.width / divisor)
  const height = Math.ceil(probe.height / divisor)
  return { width, height, fit: 'fill', kernel: 'linear' }
}

/** Three channels from what the decoder gave: grey is repeated, anything above three is dropped. */
function asRgb(file: string, data: Uint8Array, pixels: number, channels: number): Uint8Array {
  if (data.length !== pixels * channels) bad(file, 'the decoder returned the wrong number of pixels')
  if (channels === 3) return data
  const rgb = new Uint8Array(pixels * 3)
  for (let i = 0; i < pixels; i++)
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = data[i * channels + (channels < 3 ? 0 : c)] ?? 0
  return rgb
}
