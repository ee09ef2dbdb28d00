/** Crop and resize in one pass: antialiased bilinear from an RGB image to the student's planes. */
import type { Crop } from '../pooling/crop.ts'
import type { Normalisation } from './normalise.ts'

/** A part of an image in pixels; fractions are allowed. */
export type Window = Crop

/** An RGB image, 0…255, row-major [height, width, 3], that starts at `data[offset]`. */
export interface Pixels {
  data: Uint8Array
  offset: number
  height: number
  width: number
}

/** The visible part of an image. */
export interface View {
  window: Window
  /**
   * Only pixels in here are read: the window itself, unless given, for a crop that is cut out before it is resized (as
   * torchvision does); the whole image for a centre crop that is cut out afterwards.
   */
  bounds?: Window
  /** Mirrors the result. */
  flip?: boolean
}

/** Where planes [3, height, width] go: to `data[at…]`. */
export interface Planes {
  data: Float32Array
  at: number
}

/** Filter taps of one axis: output i reads `count[i]` inputs from `first[i]`, weights at `weights[i · stride]`. */
interface Taps {
  first: Int32Array
  count: Int32Array
  weights: Float32Array
  stride: number
}

/** Buffers that one worker reuses for all its samples; make it with {@link createResampler}. */
export interface Resampler {
  size: { height: number; width: number }
  columns: Taps
  rows: Taps
  /** Rows filtered along x: [rows, 3, width]. */
  band: Float32Array
}

const emptyTaps = (outputs: number): Taps => ({
  first: new Int32Array(outputs),
  count: new Int32Array(outputs),
  weights: new Float32Array(0),
  stride: 0,
})

/** Working memory for outputs of `height` × `width` pixels. */
export function createResampler(height: number, width: number): Resampler {
  return {
    size: { height, width },
    columns: emptyTaps(width),
    rows: emptyTaps(height),
    band: new Float32Array(0),
  }
}

/** Where one axis is sampled, and between which pixels it may read. */
interface Span {
  start: number
  length: number
  low: number
  high: number
}

/**
 * Taps of the triangle filter for `outputs` samples of [start, start + length), reading only [low, high). As in Pillow
 * and torchvision (antialias = true): support max(1, scale) inputs to each side of the centre, weights normalised, so
 * that borders are cut off, not padded.
 */
function fillTaps(taps: Taps, outputs: number, span: Span): void {
  const { start, length, low, high } = span
  const scale = length / outputs
  const support = Math.max(1, scale)
  const stride = Math.ceil(2 * support) + 2
  if (taps.weights.length < stride * outputs) taps.weights = new Float32Array(stride * outputs)
  taps.stride = stride
  const { first, count, weights } = taps
  for (let i = 0; i < outputs; i++) {
    const center = start + (i + 0.5) * scale
    const from = Math.min(high - 1, Math.max(low, Math.floor(center - support + 0.5)))
    const to = Math.max(from + 1, Math.min(high, Math.floor(center + support + 0.5)))
    let sum = 0
    for (let x = from; x < to; x++) {
      const w = Math.max(0, 1 - Math.abs(x + 0.5 - center) / support)
      weights[i * stride + x - from] = w
      sum += w
    }
    if (sum > 0) for (let k = 0; k < to - from; k++) weights[i * stride + k]! /= sum
    else weights[i * stride] = 1
    first[i] = from
    count[i] = to - from
  }
}

/** Filters rows `firstRow`… along x into the band. */
function filterColumns(
  resampler: Resampler,
  image: Pixels,
  firstRow: number,
  lines: number,
  flip: boolean,
): void {
  const { columns } = resampler
  const { width } = resampler.size
  if (resampler.band.length < lines * 3 * width) resampler.band = new Float32Array(lines * 3 * width)
  const { band } = resampler
  const pixels = image.data
  for (let y = 0; y < lines; y++) {
    const line = image.offset + (firstRow + y) * image.width * 3
    const to = y * 3 * width
    for (let x = 0; x < width; x++) {
      const taps = columns.count[x]!
      let source = line + columns.first[x]! * 3
      let weight = x * columns.stride
      let r = 0
      let g = 0
      let b = 0
      for (let k = 0; k < taps; k++) {
        const w = columns.weights[weight++]!
        r += w * pixels[source]!
        g += w * pixels[source + 1]!
        b += w * pixels[source + 2]!
        source += 3
      }
      const column = to + (flip ? width - 1 - x : x)
      band[column] = r
      band[column + width] = g
      band[column + 2 * width] = b
    }
  }
}

/** Filters the band, which begins with row `firstRow`, along y, and normalises it into the planes. */
function filterRows(resampler: Resampler, firstRow: number, by: Normalisation, target: Planes): void {
  const { rows, band } = resampler
  const { height, width } = resampler.size
  const { data } = target
  const plane = height * width
  const line = 3 * width
  for (let y = 0; y < height; y++) {
    const taps = rows.count[y]!
    const from = (rows.first[y]! - firstRow) * line
    const weight = y * rows.stride
    for (let c = 0; c < 3; c++) {
      const scale = by.gain[c]! / 255
      const shift = by.bias[c]!
      const to = target.at + c * plane + y * width
      const column = from + c * width
      for (let x = 0; x < width; x++) {
        let sum = 0
        let source = column + x
        for (let k = 0; k < taps; k++) {
          sum += rows.weights[weight + k]! * band[source]!
          source += line
        }
        data[to + x] = sum * scale + shift
      }
    }
  }
}

/**
 * Resizes a window of an image to planes of float32 [3, size.height, size.width], values (pixel/255 · gain[c] + bias[c]).
 */
export function resample(
  resampler: Resampler,
  image: Pixels,
  view: View,
  by: Normalisation,
  target: Planes,
): void {
  const { columns, rows } = resampler
  const { height, width } = resampler.size
  const { window, bounds = window, flip = false } = view
  fillTaps(columns, width, {
    start: window.left,
    length: window.width,
    low: Math.max(0, Math.floor(bounds.left)),
    high: Math.min(image.width, Math.ceil(bounds.left + bounds.width)),
  })
  fillTaps(rows, height, {
    start: window.top,
    length: window.height,
    low: Math.max(0, Math.floor(bounds.top)),
    high: Math.min(image.height, Math.ceil(bounds.top + bounds.height)),
  })
  const firstRow = rows.first[0]!
  const lines = rows.first[height - 1]! + rows.count[height - 1]! - firstRow
  filterColumns(resampler, image, firstRow, lines, flip)
  filterRows(resampler, firstRow, by, target)
}
