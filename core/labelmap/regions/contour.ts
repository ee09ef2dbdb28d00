/** The outline of a region: paths in cell units, built once, so that they stay sharp at any zoom. */
import type { Grid } from './parts.ts'

/** Holes of at most this many cells get no outline. */
const smallHole = 2
/** How often corners are cut. */
const rounds = 3

/** The crossings of a square between four cell centres, by which of them belong: top left 8, top right 4, … */
const crossings: readonly (readonly [from: Side, to: Side])[][] = [
  [],
  [['b', 'l']],
  [['r', 'b']],
  [['r', 'l']],
  [['t', 'r']],
  [
    ['t', 'l'],
    ['b', 'r'],
  ],
  [['t', 'b']],
  [['t', 'l']],
  [['l', 't']],
  [['b', 't']],
  [
    ['l', 'b'],
    ['r', 't'],
  ],
  [['r', 't']],
  [['l', 'r']],
  [['b', 'r']],
  [['l', 'b']],
  [],
]
type Side = 't' | 'r' | 'b' | 'l'

/** A region's membership within its bounding box, with one cell of repeated edge and one of nothing around it. */
interface Frame {
  /** Place of the box's first cell. */
  top: number
  left: number
  /** Sides of the box with both borders. */
  height: number
  width: number
  inside: Uint8Array
}

/**
 * The closed paths around `cells` of the grid: level ½ of their membership, linear between cell centres (marching
 * squares), with corners cut three times (Chaikin). They reach the grid's edge where the cells do; holes of one or two
 * cells get no path, other holes run the other way round.
 */
export function contour(cells: readonly number[], grid: Grid): Float32Array[] {
  const frame = framed(cells, grid)
  const links = linked(frame)
  const columns = 2 * frame.width
  const paths: Float32Array[] = []
  while (links.size > 0) {
    const [start] = links.keys()
    const path: number[] = []
    for (let at: number | undefined = start; at !== undefined;) {
      path.push(
        clamped((at % columns) / 2 + frame.left - 1.5, grid.width),
        clamped(Math.floor(at / columns) / 2 + frame.top - 1.5, grid.height),
      )
      const next: number | undefined = links.get(at)
      links.delete(at)
      at = next !== undefined && links.has(next) ? next : undefined
    }
    let points = Float64Array.from(path)
    for (let round = 0; round < rounds; round++) points = cornersCut(points)
    paths.push(Float32Array.from(points))
  }
  return paths
}

const clamped = (value: number, most: number): number => Math.min(Math.max(value, 0), most)

/** A border of the grid repeats the edge's cells, so that a region there runs over the edge and is cut off at it. */
function framed(cells: readonly number[], grid: Grid): Frame {
  let [top, left, bottom, right] = [grid.height, grid.width, -1, -1]
  for (const cell of cells) {
    const [y, x] = [Math.floor(cell / grid.width), cell % grid.width]
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
    left = Math.min(left, x)
    right = Math.max(right, x)
  }
  const [height, width] = [bottom - top + 5, right - left + 5]
  const inside = new Uint8Array(height * width)
  for (const cell of cells)
    inside[(Math.floor(cell / grid.width) - top + 2) * width + (cell % grid.width) - left + 2] = 1
  fillSmallHoles(inside, { height, width })
  // Columns before rows, so that the rows' copies have the corners.
  for (let y = 2; y < height - 2; y++) {
    if (left === 0) inside[y * width + 1] = inside[y * width + 2]!
    if (right === grid.width - 1) inside[y * width + width - 2] = inside[y * width + width - 3]!
  }
  if (top === 0) inside.copyWithin(width, 2 * width, 3 * width)
  if (bottom === grid.height - 1)
    inside.copyWithin((height - 2) * width, (height - 3) * width, (height - 2) * width)
  return { top, left, height, width, inside }
}

/** Fills holes of one or two cells, joined over sides, that the region encloses. */
function fillSmallHoles(inside: Uint8Array, { height, width }: Grid): void {
  const seen = Uint8Array.from(inside)
  for (let seed = 0; seed < inside.length; seed++) {
    if (seen[seed]) continue
    const hole = [seed]
    seen[seed] = 1
    for (let next = 0; next < hole.length; next++) {
      const [y, x] = [Math.floor(hole[next]! / width), hole[next]! % width]
      for (const [v, u] of [
        [y - 1, x],
        [y + 1, x],
        [y, x - 1],
        [y, x + 1],
      ] as const) {
        const cell = v * width + u
        if (v < 0 || u < 0 || v >= height || u >= width || seen[cell]) continue
        seen[cell] = 1
        hole.push(cell)
      }
    }
    if (hole.length <= smallHole) for (const cell of hole) inside[cell] = 1
  }
}

/** From crossing to crossing, in half cells of the frame: `2y·(2·width) + 2x`; in reading order of the squares. */
function linked({ height, width, inside }: Frame): Map<number, number> {
  const links = new Map<number, number>()
  const columns = 2 * width
  const middle = { t: 1, r: columns + 2, b: 2 * columns + 1, l: columns }
  for (let y = 0; y + 1 < height; y++)
    for (let x = 0; x + 1 < width; x++) {
      const at = y * width + x
      const code = inside[at]! * 8 + inside[at + 1]! * 4 + inside[at + width + 1]! * 2 + inside[at + width]!
      const square = 2 * y * columns + 2 * x
      for (const [from, to] of crossings[code]!) links.set(square + middle[from], square + middle[to])
    }
  return links
}

/** Each corner replaced by the points a quarter of the way to its neighbours. */
function cornersCut(points: Float64Array): Float64Array<ArrayBuffer> {
  const cut = new Float64Array(2 * points.length)
  for (let i = 0; i < points.length; i += 2) {
    const next = (i + 2) % points.length
    for (const axis of [0, 1]) {
      const [here, there] = [points[i + axis]!, points[next + axis]!]
      cut[2 * i + axis] = 0.75 * here + 0.25 * there
      cut[2 * i + 2 + axis] = 0.25 * here + 0.75 * there
    }
  }
  return cut
}
