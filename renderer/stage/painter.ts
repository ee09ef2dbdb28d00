/** The overlay's pixels, kept between edits: all of them painted once, then only those of the cells that changed. */
import type { LabelMap } from '../../core/labelmap/label-map.ts'
import type { Rgb } from '../../core/labelmap/colour.ts'
import { onHatch, type Swatch } from '../../core/labelmap/palette.ts'

/** What is painted. */
export interface PaintOptions {
  /** null: the strongest class at each position; else this class's strength. */
  only: number | null
  /** C, the number of the annotator's classes. */
  classes: number
  fill: number
  /** 0…1; opacity is the largest alpha. */
  opacity: number
  threshold: number
  smooth: boolean
  /** Swatches of the classes that are painted; the others' cells stay bare. */
  swatches: ReadonlyMap<number, Swatch>
  /** Colour of `only`. */
  color: Rgb
}

/** A painted overlay: `side` × `side` pixels per cell, RGBA. */
export interface Painting {
  side: number
  height: number
  width: number
  data: Uint8ClampedArray<ArrayBuffer>
}

/** A part of a painting in pixels. */
export interface Part {
  x: number
  y: number
  width: number
  height: number
}

/** Pixels per cell, large enough to distinguish hatches, and small enough for large maps. */
export const cellSide = (H: number, W: number): number =>
  Math.max(2, Math.min(32, Math.floor(640 / Math.max(H, W))))

export function createPainting(H: number, W: number, side = cellSide(H, W)): Painting {
  const [height, width] = [H * side, W * side]
  return { side, height, width, data: new Uint8ClampedArray(new ArrayBuffer(height * width * 4)) }
}

/** Paints everything. */
export function paintAll(painting: Painting, map: LabelMap, options: PaintOptions): Part {
  const [, H, W] = map.shape
  return paintRect(painting, map, options, { left: 0, top: 0, right: W - 1, bottom: H - 1 })
}

/**
 * Paints everything that these cells affect: themselves, and with smoothing also their neighbours. Afterwards the
 * painting is equal to that of {@link paintAll}. Null if there are no cells.
 */
export function paintCells(
  painting: Painting,
  map: LabelMap,
  options: PaintOptions,
  cells: readonly number[],
): Part | null {
  if (cells.length === 0) return null
  const [, H, W] = map.shape
  const around = options.smooth ? 1 : 0
  let [left, top, right, bottom] = [W, H, -1, -1]
  for (const cell of cells) {
    const [x, y] = [cell % W, Math.floor(cell / W)]
    left = Math.min(left, x - around)
    right = Math.max(right, x + around)
    top = Math.min(top, y - around)
    bottom = Math.max(bottom, y + around)
  }
  return paintRect(painting, map, options, {
    left: Math.max(left, 0),
    top: Math.max(top, 0),
    right: Math.min(right, W - 1),
    bottom: Math.min(bottom, H - 1),
  })
}

/** A rectangle of cells, its last column and row included. */
interface CellRect {
  left: number
  top: number
  right: number
  bottom: number
}

function paintRect(painting: Painting, map: LabelMap, options: PaintOptions, rect: CellRect): Part {
  const { left, top, right, bottom } = rect
  const side = painting.side
  if (!options.smooth) {
    for (let y = top; y <= bottom; y++)
      for (let x = left; x <= right; x++) paintFlat(painting, map, options, x, y)
  } else {
    const around = { left: left - 1, top: top - 1, right: right + 1, bottom: bottom + 1 }
    const scene = { painting, map, options, cells: softmaxes(map, options, around), quads: [] }
    for (let y = top * side; y < (bottom + 1) * side; y++)
      for (let x = left * side; x < (right + 1) * side; x++) paintSmooth(scene, x, y)
  }
  return {
    x: left * side,
    y: top * side,
    width: (right - left + 1) * side,
    height: (bottom - top + 1) * side,
  }
}

/** What a cell shows: its strongest class (ties: the lower) or the requested one, and its softmax (0: not listed). */
function cellShows(map: LabelMap, cell: number, options: PaintOptions): { id: number; strength: number } {
  const [K, H, W] = map.shape
  const cells = H * W
  let best = -1
  let highest = K < options.classes ? options.fill : -Infinity
  for (let k = 0; k < K; k++) {
    const at = k * cells + cell
    highest = Math.max(highest, map.logits[at]!)
    if (options.only !== null) {
      if (map.ids[at] === options.only) best = at
      continue
    }
    if (best < 0 || map.logits[at]! > map.logits[best]!) best = at
    else if (map.logits[at] === map.logits[best] && map.ids[at]! < map.ids[best]!) best = at
  }
  if (best < 0) return { id: options.only ?? 0, strength: 0 }
  let total = Math.max(options.classes - K, 0) * Math.exp(options.fill - highest)
  for (let k = 0; k < K; k++) total += Math.exp(map.logits[k * cells + cell]! - highest)
  return {
    id: map.ids[best]!,
    strength: Math.fround(Math.exp(map.logits[best]! - highest) / total),
  }
}

function paintFlat(painting: Painting, map: LabelMap, options: PaintOptions, x: number, y: number): void {
  const { side, width } = painting
  const { id, strength } = cellShows(map, y * map.shape[2] + x, options)
  const swatch = options.swatches.get(id)
  for (let dy = 0; dy < side; dy++)
    for (let dx = 0; dx < side; dx++)
      put(painting, options, (y * side + dy) * width + x * side + dx, swatch, strength)
}

/** Softmax of every class that the cells of a rectangle list, clipped to the map. */
interface CellSoftmax {
  top: number
  shares: Map<number, number>
}

function softmaxes(
  map: LabelMap,
  options: PaintOptions,
  { left, top, right, bottom }: CellRect,
): Map<number, CellSoftmax> {
  const [K, H, W] = map.shape
  const cells = H * W
  const found = new Map<number, CellSoftmax>()
  for (let y = Math.max(top, 0); y <= Math.min(bottom, H - 1); y++)
    for (let x = Math.max(left, 0); x <= Math.min(right, W - 1); x++) {
      const cell = y * W + x
      const shows = cellShows(map, cell, options)
      const shares = new Map<number, number>()
      let highest = K < options.classes ? options.fill : -Infinity
      for (let k = 0; k < K; k++) highest = Math.max(highest, map.logits[k * cells + cell]!)
      let total = Math.max(options.classes - K, 0) * Math.exp(options.fill - highest)
      for (let k = 0; k < K; k++) total += Math.exp(map.logits[k * cells + cell]! - highest)
      for (let k = 0; k < K; k++) {
        const at = k * cells + cell
        shares.set(map.ids[at]!, Math.fround(Math.exp(map.logits[at]! - highest) / total))
      }
      found.set(cell, { top: shows.id, shares })
    }
  return found
}

/** The area between four cells: the classes that can be strongest there, and the share of each in every corner. */
interface Quad {
  ids: number[]
  /** Four a class: top left, top right, bottom left, bottom right. */
  shares: number[]
}

function quadOf(
  map: LabelMap,
  options: PaintOptions,
  cells: ReadonlyMap<number, CellSoftmax>,
  x0: number,
  y0: number,
): Quad {
  const [, H, W] = map.shape
  const [x1, y1] = [Math.min(x0 + 1, W - 1), Math.min(y0 + 1, H - 1)]
  const corners = [y0 * W + x0, y0 * W + x1, y1 * W + x0, y1 * W + x1].map(cell => cells.get(cell)!)
  const ids = options.only === null ? [...new Set(corners.map(corner => corner.top))] : [options.only]
  return { ids, shares: ids.flatMap(id => corners.map(corner => corner.shares.get(id) ?? 0)) }
}

/** The input of a smooth painting. */
interface Scene {
  painting: Painting
  map: LabelMap
  options: PaintOptions
  cells: ReadonlyMap<number, CellSoftmax>
  /** By the cell at the top left, computed when first needed. */
  quads: (Quad | undefined)[]
}

/**
 * Bilinear between the four nearest cells: of the classes on top in one of them the strongest here, or the one asked
 * for.
 */
function paintSmooth(scene: Scene, px: number, py: number): void {
  const { painting, map, options, cells, quads } = scene
  const [, H, W] = map.shape
  const fx = Math.min(Math.max((px + 0.5) / painting.side - 0.5, 0), W - 1)
  const fy = Math.min(Math.max((py + 0.5) / painting.side - 0.5, 0), H - 1)
  const [x0, y0] = [Math.floor(fx), Math.floor(fy)]
  const [tx, ty] = [Math.fround(fx - x0), Math.fround(fy - y0)]
  const { ids, shares } = (quads[y0 * W + x0] ??= quadOf(map, options, cells, x0, y0))
  let best = 0
  let winner = -1
  for (let i = 0; i < ids.length; i++) {
    const above = shares[4 * i]! * (1 - tx) + shares[4 * i + 1]! * tx
    const below = shares[4 * i + 2]! * (1 - tx) + shares[4 * i + 3]! * tx
    const strength = Math.fround(above * (1 - ty) + below * ty)
    if (strength > best || (strength === best && ids[i]! < winner)) {
      best = strength
      winner = ids[i]!
    }
  }
  put(painting, options, py * painting.width + px, options.swatches.get(winner), best)
}

/** Paints the pixel at index `i`. */
function put(
  painting: Painting,
  options: PaintOptions,
  i: number,
  swatch: Swatch | undefined,
  strength: number,
): void {
  const { data, width } = painting
  let color: Rgb = options.color
  let alpha = 0
  if (strength > 0 && strength >= options.threshold) {
    if (options.only !== null) alpha = options.opacity * strength
    else if (swatch) {
      const line = onHatch(swatch.hatch, i % width, Math.floor(i / width))
      color = swatch.color
      if (line) color = [color[0] * 0.45, color[1] * 0.45, color[2] * 0.45]
      alpha = options.opacity * (0.35 + 0.65 * strength)
    }
  }
  const shown = alpha > 0
  data[i * 4] = shown ? color[0] : 0
  data[i * 4 + 1] = shown ? color[1] : 0
  data[i * 4 + 2] = shown ? color[2] : 0
  data[i * 4 + 3] = Math.round(alpha * 255)
}
