/** Pictures of label maps: RGBA to lay over an image, by the strongest class of each place or by one class's strength. */
import { fail } from '../base/error.ts'
import type { LabelMap } from './label-map.ts'
import { classesByArea, classStrength, resizeField, topClasses } from './layers.ts'
import type { StrengthField } from './layers.ts'
import { assignSwatches, onHatch } from './palette.ts'
import type { Rgb, Swatch } from './palette.ts'

/** Pixels, row-major RGBA, alpha not premultiplied. */
export interface RgbaImage {
  height: number
  width: number
  data: Uint8ClampedArray
}

/** How an overlay is drawn. */
export interface OverlayOptions {
  /** Size of the picture in pixels. */
  height: number
  width: number
  /** C, the number of the annotator's classes; what the strength is a share of. */
  classes: number
  /** Largest alpha, 0…1; default 0.6. */
  opacity?: number
  /** Places whose strength (softmax, 0…1) is below stay clear; default 0. */
  threshold?: number
  /** How cells become pixels; default `nearest`. */
  smoothing?: 'nearest' | 'bilinear'
  /** Logit of classes that a cell does not list; default 0. */
  fill?: number
}

/** Overlay and legend. */
export interface ClassOverlay {
  image: RgbaImage
  /** The classes drawn, by area, each with its swatch. */
  legend: { id: number; cells: number; swatch: Swatch }[]
}

const largest = 2 ** 26

/**
 * The strongest class of every place in its colour, more opaque where it is stronger. Bilinear smoothing lets classes meet
 * where their strengths are equal instead of at cell borders. Throws 'usage' for sizes and shares that make no sense.
 */
export function topClassOverlay(map: LabelMap, options: OverlayOptions): ClassOverlay {
  const { height, width, opacity, threshold } = check(options)
  const legend = classesByArea(map)
  const swatches = assignSwatches(legend.map(entry => entry.id))
  const { best, winner } = strongest(map, legend, options)
  const data = new Uint8ClampedArray(height * width * 4)
  for (let i = 0; i < winner.length; i++) {
    const strength = best[i]!
    if (winner[i]! < 0 || strength < threshold) continue
    const { color, hatch } = swatches.get(winner[i]!)!
    const line = onHatch(hatch, i % width, Math.floor(i / width))
    put(data, i, line ? darker(color) : color, opacity * (0.35 + 0.65 * strength))
  }
  const drawn = legend.map(entry => ({ ...entry, swatch: swatches.get(entry.id)! }))
  return { image: { height, width, data }, legend: drawn }
}

/** The strongest class of each pixel and its strength. */
function strongest(map: LabelMap, legend: readonly { id: number }[], options: OverlayOptions) {
  const { height, width, smoothing, fill } = check(options)
  const best = new Float32Array(height * width)
  const winner = new Int32Array(height * width).fill(-1)
  const top = topClasses(map)
  for (const { id } of legend) {
    const field = classStrength(map, id, options.classes, fill)
    // With whole cells, only the strongest class of a cell is drawn there.
    if (smoothing === 'nearest')
      top.forEach((other, cell) => {
        if (other !== id) field.values[cell] = 0
      })
    const { values } = resizeField(field, height, width, smoothing)
    for (let i = 0; i < values.length; i++)
      if (values[i]! > best[i]!) {
        best[i] = values[i]!
        winner[i] = id
      }
  }
  return { best, winner }
}

/** One class's strength in one colour (default vermilion): alpha is strength times opacity, clear below the threshold. */
export function strengthOverlay(
  map: LabelMap,
  id: number,
  options: OverlayOptions & { color?: Rgb },
): { image: RgbaImage; field: StrengthField } {
  const { height, width, opacity, threshold, smoothing, fill } = check(options)
  const color = options.color ?? [213, 94, 0]
  const field = resizeField(classStrength(map, id, options.classes, fill), height, width, smoothing)
  const data = new Uint8ClampedArray(height * width * 4)
  field.values.forEach((strength, i) => {
    if (strength > 0 && strength >= threshold) put(data, i, color, opacity * strength)
  })
  return { image: { height, width, data }, field }
}

/** An overlay laid over an RGB image `[H, W, 3]` of the same size: RGB again. Throws 'mismatch' when the sizes differ. */
export function composeOver(
  base: { height: number; width: number; data: Uint8Array | Uint8ClampedArray },
  overlay: RgbaImage,
): Uint8Array {
  const { height, width } = overlay
  if (base.height !== height || base.width !== width || base.data.length !== height * width * 3)
    fail('mismatch', `an overlay of ${height}×${width} does not fit an image of ${base.height}×${base.width}`)
  const out = new Uint8Array(height * width * 3)
  for (let i = 0; i < height * width; i++) {
    const alpha = overlay.data[i * 4 + 3]! / 255
    for (let c = 0; c < 3; c++)
      out[i * 3 + c] = Math.round(base.data[i * 3 + c]! * (1 - alpha) + overlay.data[i * 4 + c]! * alpha)
  }
  return out
}

function check(options: OverlayOptions) {
  const { height, width, opacity = 0.6, threshold = 0, smoothing = 'nearest', fill = 0, classes } = options
  const whole = [height, width, classes].every(n => Number.isSafeInteger(n) && n >= 1)
  if (!whole || height * width > largest)
    fail('usage', `an overlay of ${height}×${width} pixels cannot be drawn`)
  if (!(opacity >= 0 && opacity <= 1) || !(threshold >= 0 && threshold <= 1))
    fail('usage', `opacity and threshold lie between 0 and 1, not at ${opacity} and ${threshold}`)
  return { height, width, opacity, threshold, smoothing, fill }
}

const darker = (color: Rgb): Rgb => [color[0] * 0.45, color[1] * 0.45, color[2] * 0.45]

function put(data: Uint8ClampedArray, i: number, color: Rgb, alpha: number): void {
  data[i * 4] = color[0]
  data[i * 4 + 1] = color[1]
  data[i * 4 + 2] = color[2]
  data[i * 4 + 3] = Math.round(alpha * 255)
}
