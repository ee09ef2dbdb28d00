/** The tint of a class's regions as a small picture: its colour, the more opaque the surer the class is there. */
import type { Rgb } from '../../core/labelmap/colour.ts'
import { regionFloor as floor } from '../../core/labelmap/regions/index.ts'

/** Pixels of the picture for a cell, fewer on large maps. */
const finest = 8
const longest = 256

/** What a tint is made of. */
export interface TintMap {
  /** In cells. */
  height: number
  width: number
  /** Drawn class → its probability in every cell, row-major. */
  shares: ReadonlyMap<number, Float32Array>
  regions: readonly { id: number; cells: readonly number[] }[]
}

/** How strongly a probability is tinted, 0…1. */
export const certainty = (share: number): number => Math.min(1, Math.max(0, (share - floor) / (1 - floor)))

/** Columns and rows from left and top to before right and bottom. */
export interface CellBox {
  left: number
  top: number
  right: number
  bottom: number
}

/** The cells of a class's regions and one more on each side, where its outlines reach; null without any. */
export function boxOf(map: TintMap, id: number): CellBox | null {
  const box = { left: map.width, top: map.height, right: 0, bottom: 0 }
  for (const region of map.regions) {
    if (region.id !== id) continue
    for (const cell of region.cells) {
      const [x, y] = [cell % map.width, Math.floor(cell / map.width)]
      box.left = Math.min(box.left, Math.max(0, x - 1))
      box.right = Math.max(box.right, Math.min(map.width, x + 2))
      box.top = Math.min(box.top, Math.max(0, y - 1))
      box.bottom = Math.max(box.bottom, Math.min(map.height, y + 2))
    }
  }
  return box.right === 0 ? null : box
}

/**
 * The pixels of a part of the map, RGBA, `side` per cell: alpha is 0 up to a probability of 0.35 and 255 at 1;
 * probabilities are bilinear between the cells' centres.
 */
export function tintPixels(
  map: TintMap,
  id: number,
  colour: Rgb,
  box: CellBox,
  side: number,
): ImageDataArray {
  const share = map.shares.get(id)!
  const [across, down] = [(box.right - box.left) * side, (box.bottom - box.top) * side]
  const pixels = new Uint8ClampedArray(across * down * 4)
  const clamp = (at: number, most: number): number => Math.min(Math.max(at, 0), most)
  for (let j = 0, at = 0; j < down; j++) {
    const y = clamp(box.top + (j + 0.5) / side - 0.5, map.height - 1)
    const above = Math.floor(y) * map.width
    const below = Math.min(Math.floor(y) + 1, map.height - 1) * map.width
    const v = y - Math.floor(y)
    for (let i = 0; i < across; i++, at += 4) {
      const x = clamp(box.left + (i + 0.5) / side - 0.5, map.width - 1)
      const [left, right] = [Math.floor(x), Math.min(Math.floor(x) + 1, map.width - 1)]
      const u = x - left
      const upper = share[above + left]! * (1 - u) + share[above + right]! * u
      const lower = share[below + left]! * (1 - u) + share[below + right]! * u
      pixels[at] = colour[0]
      pixels[at + 1] = colour[1]
      pixels[at + 2] = colour[2]
      pixels[at + 3] = certainty(upper * (1 - v) + lower * v) * 255
    }
  }
  return pixels
}

export interface Tint {
  canvas: HTMLCanvasElement
  box: CellBox
}

/** Made once a map, so that panning and zooming only draw. */
const made = new WeakMap<TintMap, Map<string, Tint | null>>()

/** A class's tint; null if it has no regions. */
export function tintOf(map: TintMap, id: number, colour: Rgb): Tint | null {
  let tints = made.get(map)
  if (!tints) made.set(map, (tints = new Map()))
  const name = `${id} ${colour.join()}`
  let tint = tints.get(name)
  if (tint === undefined) tints.set(name, (tint = makeTint(map, id, colour)))
  return tint
}

function makeTint(map: TintMap, id: number, colour: Rgb): Tint | null {
  const box = boxOf(map, id)
  if (!box || !map.shares.has(id)) return null
  const side = Math.max(1, Math.min(finest, Math.floor(longest / Math.max(map.height, map.width))))
  const canvas = document.createElement('canvas')
  canvas.width = (box.right - box.left) * side
  canvas.height = (box.bottom - box.top) * side
  const pixels = new ImageData(tintPixels(map, id, colour, box, side), canvas.width, canvas.height)
  canvas.getContext('2d')?.putImageData(pixels, 0, 0)
  return { canvas, box }
}
