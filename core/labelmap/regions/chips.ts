/** Where the names of regions stand over a picture: on the outline, not over the thing. */
import { scaledCells } from './parts.ts'
import type { Region, RegionPlan } from './region.ts'

/** A small label over the picture; all lengths in CSS pixels, x and y of its upper left corner. */
export interface Chip {
  /** Index in the plan's regions; −1: says that the given label is not on this map. */
  region: number
  text: string
  x: number
  y: number
  width: number
  height: number
  /** Filled with the class's colour (the given label); others are dark with a dot of the colour. */
  filled: boolean
  /** A line from the chip's centre to the nearest point of the outline, where it stands away from it. */
  leader: readonly [x1: number, y1: number, x2: number, y2: number] | null
}

/** Options of {@link placeChips}. */
export interface ChipOptions {
  /** The picture's sides in CSS pixels. */
  width: number
  height: number
  /** Width of a text in CSS pixels, in the chips' font. */
  textWidth(text: string): number
  /** Short name of a class. */
  name(id: number): string
  /** A share 0…1 in words, "97 %". */
  percent(share: number): string
  /** What to say of a given label that leads no cell; without it nothing is said. */
  nowhere?(name: string): string
}

/** Height of a chip in CSS pixels. */
const chipHeight = 20
const edge = 2
const gap = 2
/** Where a chip's text starts: after the padding, or after the dot. */
export const chipText = { filled: 6, dotted: 20 }
/** Padding on both sides, with the dot where there is one. */
const room = { filled: 12, dotted: 26 }
/** How far chips stand off regions of one or two cells (of 225), which they would cover. */
const lift = 14
const smallRegion = 3
/** Regions of a class after its first say their percent from this many cells on, of 225. */
const percentFrom = 5
const away = [50, 80, 120]
const directions = 8

interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

/**
 * The chips of a plan, in its order: each in the first free place of the top, bottom, right and left point of the outline,
 * then in eight directions at 50, 80 and 120 px with a leader line; kept 2 px apart and inside the picture. The first
 * region of a class says name and percent, others of at least 5 cells the percent alone. A region without a free place has
 * no chip.
 */
export function placeChips(plan: RegionPlan, options: ChipOptions): Chip[] {
  const chips: Chip[] = []
  const taken: Box[] = []
  const { width, height } = options
  if (plan.givenNowhere && options.nowhere) {
    const text = options.nowhere(options.name(plan.given!))
    const chip = { x: 8, y: height - 30, width: options.textWidth(text) + 16, height: 22 }
    chips.push({ region: -1, text, ...chip, filled: false, leader: null })
    taken.push({ left: 8, top: height - 30, right: 8 + chip.width, bottom: height - 8 })
  }
  const said = new Set<number>()
  plan.regions.forEach((region, index) => {
    const first = !said.has(region.id)
    said.add(region.id)
    if (!first && region.cells.length < scaledCells(percentFrom, plan)) return
    const share = options.percent(region.mean)
    const text = first ? `${options.name(region.id)} ${share}` : share
    const filled = region.role === 'given'
    const w = options.textWidth(text) + (filled ? room.filled : room.dotted)
    if (w + 2 * edge > width || chipHeight + 2 * edge > height) return
    const points = pointsOf(region, plan, options)
    const spots = spotsOf(points, region.cells.length < scaledCells(smallRegion, plan) ? lift : 0).map(
      ({ x, y, far }) => ({
        x: clamped(x - w / 2, edge, width - w - edge),
        y: clamped(y - chipHeight / 2, edge, height - chipHeight - edge),
        far,
      }),
    )
    const spot = spots.find(({ x, y }) =>
      isFree({ left: x, top: y, right: x + w, bottom: y + chipHeight }, taken),
    )
    if (!spot) return
    const { x, y } = spot
    taken.push({ left: x - gap, top: y - gap, right: x + w + gap, bottom: y + chipHeight + gap })
    const leader = spot.far ? leaderLine(x + w / 2, y + chipHeight / 2, points) : null
    chips.push({ region: index, text, x, y, width: w, height: chipHeight, filled, leader })
  })
  return chips
}

const clamped = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most)

const isFree = (box: Box, taken: readonly Box[]): boolean =>
  taken.every(
    other =>
      box.right <= other.left ||
      other.right <= box.left ||
      box.bottom <= other.top ||
      other.bottom <= box.top,
  )

/** All points of a region's outline in CSS pixels. */
function pointsOf(region: Region, plan: RegionPlan, options: ChipOptions): [x: number, y: number][] {
  const [scaleX, scaleY] = [options.width / plan.width, options.height / plan.height]
  const points: [number, number][] = []
  for (const path of region.paths)
    for (let i = 0; i < path.length; i += 2) points.push([path[i]! * scaleX, path[i + 1]! * scaleY])
  return points
}

/** Where a chip's centre may be, the best place first. */
function spotsOf(points: [number, number][], off: number): { x: number; y: number; far: boolean }[] {
  let [top, bottom, right, left] = [points[0]!, points[0]!, points[0]!, points[0]!]
  for (const point of points) {
    if (point[1] < top[1]) top = point
    if (point[1] > bottom[1]) bottom = point
    if (point[0] > right[0]) right = point
    if (point[0] < left[0]) left = point
  }
  const spots = [
    { x: top[0], y: top[1] - off, far: false },
    { x: bottom[0], y: bottom[1] + off, far: false },
    { x: right[0], y: right[1], far: false },
    { x: left[0], y: left[1], far: false },
  ]
  const [x, y] = [(left[0] + right[0]) / 2, (top[1] + bottom[1]) / 2]
  for (const distance of away)
    for (let i = 0; i < directions; i++) {
      const angle = (i * 2 * Math.PI) / directions
      spots.push({ x: x + distance * Math.cos(angle), y: y + distance * Math.sin(angle), far: true })
    }
  return spots
}

function leaderLine(x: number, y: number, points: [number, number][]): [number, number, number, number] {
  let [nearest, least] = [points[0]!, Infinity]
  for (const point of points) {
    const distance = (point[0] - x) ** 2 + (point[1] - y) ** 2
    if (distance < least) [nearest, least] = [point, distance]
  }
  return [x, y, nearest[0], nearest[1]]
}
