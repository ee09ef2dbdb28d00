/** Drawing: background, digits and noise, in colours of 0…1. */
import { random } from '../../base/random.ts'
import type { Random } from '../../base/random.ts'
import type { DigitPool } from './digits.ts'
import type { SceneOptions } from './options.ts'
import { resample } from './resample.ts'

/** A digit, cropped to its tight box: opacities `[height, width]` in 0…1. */
export interface Stamp {
  width: number
  height: number
  alpha: Float32Array
}

/** A square picture `[3, size, size]`. */
export interface Canvas {
  size: number
  data: Float32Array
}

/** The part of a digit within the box of its pixels above `threshold`; the whole digit where there is none. */
export function cutDigit(pool: DigitPool, index: number, threshold: number): Stamp {
  const { side, images } = pool
  const start = index * side * side
  let [left, top, right, bottom] = [side, side, -1, -1]
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      if ((images[start + y * side + x] ?? 0) > threshold) {
        left = Math.min(left, x)
        right = Math.max(right, x)
        top = Math.min(top, y)
        bottom = y
      }
  if (right < 0) [left, top, right, bottom] = [0, 0, side - 1, side - 1]
  const width = right - left + 1
  const height = bottom - top + 1
  const alpha = new Float32Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      alpha[y * width + x] = (images[start + (top + y) * side + left + x] ?? 0) / 255
  return { width, height, alpha }
}

/** The stamp with its longest side at `longest` pixels, aspect kept. */
export function scaleStamp(stamp: Stamp, longest: number): Stamp {
  const scale = longest / Math.max(stamp.width, stamp.height)
  const width = Math.max(1, Math.round(stamp.width * scale))
  const height = Math.max(1, Math.round(stamp.height * scale))
  return { width, height, alpha: resample(stamp.alpha, [stamp.height, stamp.width], [height, width]) }
}

/** A digit's longest side in whole pixels, log-uniform over a range. */
export function drawSize(draw: Random, [low, high]: readonly [number, number]): number {
  return Math.round(Math.exp(draw.uniform(Math.log(low), Math.log(high))))
}

/** A new background: one colour per channel plus smooth noise. */
export function paintBackground(draw: Random, size: number, options: SceneOptions): Canvas {
  const data = new Float32Array(3 * size * size)
  const grid = options.backgroundGrid
  for (let channel = 0; channel < 3; channel++) {
    const base = draw.uniform(...options.background)
    const noise = Float32Array.from({ length: grid * grid }, () =>
      draw.uniform(-options.backgroundNoise, options.backgroundNoise),
    )
    const smooth = resample(noise, [grid, grid], [size, size])
    const offset = channel * size * size
    for (let i = 0; i < smooth.length; i++) data[offset + i] = base + (smooth[i] ?? 0)
  }
  return { size, data }
}

/** Blends a digit in one colour at (x, y), which may lie partly off the picture. */
export function paintStamp(
  canvas: Canvas,
  stamp: Stamp,
  x: number,
  y: number,
  colour: readonly number[],
): void {
  const { size, data } = canvas
  for (let row = Math.max(0, -y); row < Math.min(stamp.height, size - y); row++)
    for (let column = Math.max(0, -x); column < Math.min(stamp.width, size - x); column++) {
      const alpha = stamp.alpha[row * stamp.width + column] ?? 0
      if (alpha === 0) continue
      for (let channel = 0; channel < 3; channel++) {
        const at = (channel * size + y + row) * size + x + column
        const under = data[at] ?? 0
        data[at] = under + alpha * ((colour[channel] ?? 0) - under)
      }
    }
}

/** A digit's colour. */
export function drawColour(draw: Random, options: SceneOptions): number[] {
  return Array.from({ length: 3 }, () => draw.uniform(...options.ink))
}

/**
 * Precomputed normal values: in 8-bit colours, 65,536 of them are indistinguishable from new draws, at a tenth of the
 * time.
 */
const normals = Float32Array.from({ length: 65_536 }, random(0x6e6f6973).normal)

/** Adds the noise of each pixel, clips to 0…1 and gives RGB bytes `[size, size, 3]`. */
export function finish(draw: Random, canvas: Canvas, options: SceneOptions): Uint8Array {
  const plane = canvas.size * canvas.size
  const bytes = new Uint8ClampedArray(3 * plane) // rounds and clips
  const strength = 255 * options.pixelNoise
  for (let i = 0; i < bytes.length; i++) {
    const noise = normals[draw.int(normals.length)] ?? 0
    bytes[i] = 255 * (canvas.data[(i % 3) * plane + Math.floor(i / 3)] ?? 0) + strength * noise
  }
  return new Uint8Array(bytes.buffer)
}
