/** Which cells a tool covers, on a map of H rows and W columns; always ascending, each once. */
import { fail } from '../../base/error.ts'
import type { LabelMap } from '../label-map.ts'
import { topClasses } from '../layers.ts'

/** A position in units of cells: cell (x, y) covers x … x + 1 and y … y + 1. */
export interface CellPoint {
  x: number
  y: number
}

/** Rows and columns of a map. */
export interface CellGrid {
  height: number
  width: number
}

/**
 * A brush of `radius` cells (may be fractional) moved from one place to another: the cells whose centre is at most
 * `radius` from the path, and those that the path crosses, so that even the smallest brush paints without gaps.
 */
export function brushCells(
  grid: CellGrid,
  from: CellPoint,
  to: CellPoint = from,
  radius: number = 0.5,
): number[] {
  if (![from.x, from.y, to.x, to.y].every(Number.isFinite) || !(radius >= 0 && radius < Infinity))
    fail('usage', 'a brush needs finite places and a radius of 0 or more')
  const cells: number[] = []
  const reach = Math.max(radius, 1)
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach))
  const bottom = Math.min(grid.height - 1, Math.floor(Math.max(from.y, to.y) + reach))
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach))
  const right = Math.min(grid.width - 1, Math.floor(Math.max(from.x, to.x) + reach))
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++)
      if (distance({ x: x + 0.5, y: y + 0.5 }, from, to) <= radius || passes(x, y, from, to))
        cells.push(y * grid.width + x)
  return cells
}

/** Distance from a point to the segment between two others. */
function distance(point: CellPoint, from: CellPoint, to: CellPoint): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const length = dx * dx + dy * dy
  const t = length === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / length
  const along = Math.max(0, Math.min(1, t))
  return Math.hypot(point.x - from.x - along * dx, point.y - from.y - along * dy)
}

/** Whether the segment crosses the half-open cell (x, y): clipped to it, some of it remains. */
function passes(x: number, y: number, from: CellPoint, to: CellPoint): boolean {
  let [begin, end] = [0, 1]
  for (const [start, step, low] of [
    [from.x, to.x - from.x, x],
    [from.y, to.y - from.y, y],
  ] as const) {
    if (step === 0) {
      if (start < low || start >= low + 1) return false
      continue
    }
    const [a, b] = [(low - start) / step, (low + 1 - start) / step]
    begin = Math.max(begin, Math.min(a, b))
    end = Math.min(end, Math.max(a, b))
  }
  if (begin < end) return true
  // A single point, or a segment that only touches: the cell that contains it.
  return (
    begin === end &&
    Math.floor(from.x + begin * (to.x - from.x)) === x &&
    Math.floor(from.y + begin * (to.y - from.y)) === y
  )
}

/** The cells that a rectangle between two opposite corners touches; none if it is outside the map. */
export function rectangleCells(grid: CellGrid, a: CellPoint, b: CellPoint): number[] {
  const span = (from: number, to: number, size: number): [first: number, last: number] => {
    const low = Math.floor(Math.min(from, to))
    const high = Math.max(low, Math.ceil(Math.max(from, to)) - 1)
    return [Math.max(0, low), Math.min(size - 1, high)]
  }
  const [left, right] = span(a.x, b.x, grid.width)
  const [top, bottom] = span(a.y, b.y, grid.height)
  const cells: number[] = []
  for (let y = top; y <= bottom; y++) for (let x = left; x <= right; x++) cells.push(y * grid.width + x)
  return cells
}

/** The cells that are connected with `cell` over edges and have the same top class on `map`, the corrected map. */
export function regionCells(map: LabelMap, cell: number): number[] {
  const [, H, W] = map.shape
  if (!Number.isInteger(cell) || cell < 0 || cell >= H * W)
    fail('usage', `there is no cell ${cell} in a map of ${H} × ${W} cells`)
  const top = topClasses(map)
  const seen = new Set([cell])
  const open = [cell]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const x = at % W
    for (const next of [x > 0 ? at - 1 : -1, x < W - 1 ? at + 1 : -1, at - W, at + W])
      if (next >= 0 && next < H * W && top[next] === top[cell] && !seen.has(next)) {
        seen.add(next)
        open.push(next)
      }
  }
  return [...seen].sort((a, b) => a - b)
}

/** All cells. */
export function imageCells(grid: CellGrid): number[] {
  return Array.from({ length: grid.height * grid.width }, (_, cell) => cell)
}
