/** What a label map shows: the strongest class of each cell, or one class's strength in every cell. */
import type { LabelMap } from './label-map.ts'

/** Strengths (0…1) over a map's cells, row-major `[H, W]`. */
export interface StrengthField {
  height: number
  width: number
  values: Float32Array
}

/**
 * Softmax of one class in every cell over all C classes: those that the cell lists, and the others at the fill logit.
 * 0 where the cell does not list the class.
 */
export function classStrength(map: LabelMap, id: number, classes: number, fill = 0): StrengthField {
  const [K, H, W] = map.shape
  const cells = H * W
  const values = new Float32Array(cells)
  for (let cell = 0; cell < cells; cell++) {
    let at = -1
    let top = K < classes ? fill : -Infinity
    for (let k = 0; k < K; k++) {
      top = Math.max(top, map.logits[k * cells + cell]!)
      if (map.ids[k * cells + cell] === id) at = k
    }
    if (at < 0) continue
    let total = Math.max(classes - K, 0) * Math.exp(fill - top)
    for (let k = 0; k < K; k++) total += Math.exp(map.logits[k * cells + cell]! - top)
    values[cell] = Math.exp(map.logits[at * cells + cell]! - top) / total
  }
  return { height: H, width: W, values }
}

/** Each cell's class with the highest logit (ties: the lower class), row-major `[H, W]`. */
export function topClasses(map: LabelMap): Uint32Array {
  const [K, H, W] = map.shape
  const cells = H * W
  const top = new Uint32Array(cells)
  for (let cell = 0; cell < cells; cell++) {
    let best = cell
    for (let at = cell + cells; at < K * cells; at += cells) {
      const [z, before] = [map.logits[at]!, map.logits[best]!]
      if (z > before || (z === before && map.ids[at]! < map.ids[best]!)) best = at
    }
    top[cell] = map.ids[best]!
  }
  return top
}

/** The classes that are strongest somewhere, those with the most cells first (ties: the lower class). */
export function classesByArea(map: LabelMap): { id: number; cells: number }[] {
  const counts = new Map<number, number>()
  for (const id of topClasses(map)) counts.set(id, (counts.get(id) ?? 0) + 1)
  return [...counts].map(([id, cells]) => ({ id, cells })).sort((a, b) => b.cells - a.cells || a.id - b.id)
}

/** A field at another size, each sample taken at pixel centres: the nearest cell, or bilinear with the border continued. */
export function resizeField(
  field: StrengthField,
  height: number,
  width: number,
  smoothing: 'nearest' | 'bilinear',
): StrengthField {
  const values = new Float32Array(height * width)
  const xs = taps(field.width, width, smoothing)
  const ys = taps(field.height, height, smoothing)
  for (let y = 0; y < height; y++) {
    const row0 = ys.low[y]! * field.width
    const row1 = ys.high[y]! * field.width
    for (let x = 0; x < width; x++) {
      const [a, b, t] = [xs.low[x]!, xs.high[x]!, xs.part[x]!]
      const above = field.values[row0 + a]! * (1 - t) + field.values[row0 + b]! * t
      const below = field.values[row1 + a]! * (1 - t) + field.values[row1 + b]! * t
      values[y * width + x] = above * (1 - ys.part[y]!) + below * ys.part[y]!
    }
  }
  return { height, width, values }
}

/** The two cells that a pixel lies between, and how far it is towards the second. */
function taps(cells: number, pixels: number, smoothing: 'nearest' | 'bilinear') {
  const low = new Int32Array(pixels)
  const high = new Int32Array(pixels)
  const part = new Float32Array(pixels)
  for (let p = 0; p < pixels; p++) {
    const at = ((p + 0.5) / pixels) * cells
    if (smoothing === 'nearest') {
      low[p] = high[p] = Math.min(Math.floor(at), cells - 1)
      continue
    }
    const from = Math.min(Math.max(at - 0.5, 0), cells - 1)
    low[p] = Math.floor(from)
    high[p] = Math.min(low[p]! + 1, cells - 1)
    part[p] = from - low[p]!
  }
  return { low, high, part }
}
