/** Loads image files at an exact size, with the common resampling rule (`docs/resampling.md`). */
import { decodeImage, type DecodedImage, type PixelImage } from './decode.ts'
import type { Normalisation } from './normalise.ts'
import { createResampler, resample, type Resampler } from './resample.ts'

interface Size {
  width: number
  height: number
}

/** The decoder leaves at least this many times the target size, so that the final filter determines the result. */
const spare = 2
const asBytes: Normalisation = { gain: [255, 255, 255], bias: [0, 0, 0] }

/** Buffers of the last size, reused because most images of a thread have the same size. */
let last: Resampler | undefined

function resamplerOf({ width, height }: Size): Resampler {
  if (last?.size.width !== width || last.size.height !== height) last = createResampler(height, width)
  return last
}

const decodeFor = (file: string, { width, height }: Size): Promise<DecodedImage> =>
  decodeImage(file, { atLeast: { width: spare * width, height: spare * height } })

function fill(image: DecodedImage, size: Size, by: Normalisation, target: Float32Array): void {
  const pixels = { data: image.data, offset: 0, height: image.height, width: image.width }
  resample(resamplerOf(size), pixels, { window: image.window }, by, { data: target, at: 0 })
}

/** Decodes a file, squashed to planes [3, height, width] in `target`, normalised. Rejects with `bad-image`. */
export async function decodeToPlanes(
  file: string,
  size: Size,
  by: Normalisation,
  target: Float32Array,
): Promise<Size> {
  const image = await decodeFor(file, size)
  fill(image, size, by, target)
  return { width: image.originalWidth, height: image.originalHeight }
}

/** Decodes a file, squashed to `size`. Rejects with `bad-image`. */
export async function decodeResized(
  file: string,
  size: Size,
): Promise<PixelImage & { originalWidth: number; originalHeight: number }> {
  const image = await decodeFor(file, size)
  const { originalWidth, originalHeight } = image
  return { ...toSize(image, size), originalWidth, originalHeight }
}

/** An image resampled to `size`; itself if it already has that size. */
export function toSize(image: DecodedImage, size: Size): PixelImage {
  const { window } = image
  const there = image.width === size.width && image.height === size.height
  if (there && window.width === size.width && window.height === size.height) return image
  const plane = size.width * size.height
  const planes = new Float32Array(3 * plane)
  fill(image, size, asBytes, planes)
  const data = new Uint8Array(3 * plane)
  for (let i = 0, to = 0; i < plane; i++)
    for (let c = 0; c < 3; c++) data[to++] = Math.min(255, planes[c * plane + i]! + 0.5)
  return { ...size, channels: 3, data }
}
