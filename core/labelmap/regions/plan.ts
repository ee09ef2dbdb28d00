/** The rule of the Regions view (docs/regions.md): which classes of a label map are drawn, and where. */
import {
  alikeBelow,
  classColour,
  classOklab,
  oklabDistance,
  oklabOf,
  type Oklab,
  type Rgb,
} from '../colour.ts'
import type { LabelMap } from '../label-map.ts'
import { cellLeaders, sharesOf, wholeTarget, type CellLeaders } from './cells.ts'
import { contour } from './contour.ts'
import { partsOf, scaledCells, type Grid } from './parts.ts'
import type { Region, RegionPlan, RegionRole } from './region.ts'

/** Probability from which a cell belongs to its leader's region. */
export const regionFloor = 0.35
/** Classes drawn at most, besides the given label and a person's corrections. */
const limit = 6
/** Cells of the smallest part that the target's classes need, and of the smallest drawn beside a larger one; of 225. */
const smallestPart = 3
/** Cells of the smallest part that can be sure in one place; of 225. */
const smallestPlace = 4

/** Options of {@link planRegions}. */
export interface RegionOptions {
  /** Classes in a cell's softmax: those not listed count with the fill logit. */
  classes: number
  /** Logit of the classes that a cell does not list. */
  fill: number
  /** The given label as a class of the map, or null. */
  given: number | null
  /** 97th percentile of the leading logits of all cells of the annotation; null while it is unknown. */
  sure: number | null
  /** Cells `y·W + x` that a person corrected. */
  corrected?: Iterable<number>
  /** The class's colour where it differs from `classColour`. */
  colourOf?: (id: number) => Rgb
}

/** A class that may be drawn. */
interface Candidate {
  id: number
  /** In reading order. */
  parts: (readonly number[])[]
  /** Cells of the largest part. */
  size: number
}

/** What is known of a map before its classes are chosen. */
interface Ground {
  leaders: CellLeaders
  grid: Grid
  targetOf: (id: number) => number
  corrected: ReadonlySet<number>
}

/**
 * What to draw of a label map in the classes that are shown. A part is a group of touching cells that one class leads with
 * a probability of at least 0.35 (the given label and corrected cells: any). Drawn are, in this order: the given label
 * wherever it leads a cell; at most six of the classes whose share of the whole image's target is at least 1/√(10·C) and
 * that have a part of 3 cells, then of those with a part of 4 cells whose largest logit reaches `sure`; and whatever a
 * person corrected. Of a drawn class the parts of 3 cells, or the largest. Finer grids than 15×15 need parts
 * of the same share of the picture. Works on the listed classes alone, in a few
 * milliseconds for a map of 30×30 cells with K = 20.
 */
export function planRegions(map: LabelMap, options: RegionOptions): RegionPlan {
  const { classes, fill, given } = options
  const [, height, width] = map.shape
  const corrected = new Set(options.corrected)
  const leaders = cellLeaders(map, classes, fill)
  const targetOf = wholeTarget(map, classes, fill)
  const grid = { height, width }
  const candidates = candidatesOf(leaders, grid, corrected, given)

  const roles = rolesOf(candidates, { leaders, grid, targetOf, corrected }, options)
  const drawn = [...roles.keys()]
  const shares = sharesOf(map, leaders, drawn, fill)
  const dashed = dashedOf(drawn, options.colourOf)
  const regions: Region[] = []
  for (const [id, role] of roles) {
    const share = shares.get(id)!
    for (const cells of keptParts(candidates.get(id)!, corrected, grid)) {
      const mean = cells.reduce((sum, cell) => sum + share[cell]!, 0) / cells.length
      const paths = contour(cells, grid)
      regions.push({ id, cells, mean, role, dashed: dashed.has(id), paths })
    }
  }
  const leading = new Set(leaders.leader)
  leading.delete(-1)
  return {
    regions,
    leader: leaders.leader,
    share: leaders.share,
    shares,
    target: new Map(drawn.map(id => [id, targetOf(id)])),
    others: [...leading].filter(id => !roles.has(id)).length,
    given,
    givenNowhere: given !== null && !leading.has(given),
    height,
    width,
  }
}

/** The parts of every class that leads cells surely enough. */
function candidatesOf(
  { leader, share }: CellLeaders,
  grid: Grid,
  corrected: ReadonlySet<number>,
  given: number | null,
): Map<number, Candidate> {
  const values = leader.map((id, cell) =>
    share[cell]! >= regionFloor || id === given || corrected.has(cell) ? id : -1,
  )
  const candidates = new Map<number, Candidate>()
  for (const { value: id, cells } of partsOf(values, grid)) {
    const candidate = candidates.get(id) ?? { id, parts: [], size: 0 }
    candidate.parts.push(cells)
    candidate.size = Math.max(candidate.size, cells.length)
    candidates.set(id, candidate)
  }
  return candidates
}

/** The drawn classes in their order, and why. */
function rolesOf(
  candidates: ReadonlyMap<number, Candidate>,
  { leaders, grid, targetOf, corrected }: Ground,
  { classes, given, sure }: RegionOptions,
): Map<number, RegionRole> {
  const least = 1 / Math.sqrt(10 * classes)
  const named: [id: number, target: number][] = []
  const placed: [id: number, strength: number][] = []
  for (const { id, parts, size } of candidates.values()) {
    if (id === given) continue
    const target = targetOf(id)
    if (size >= scaledCells(smallestPart, grid) && target >= least) named.push([id, target])
    else if (sure !== null) {
      const strength = strongestPlace(parts, leaders.logit, { sure, least: scaledCells(smallestPlace, grid) })
      if (strength !== null) placed.push([id, strength])
    }
  }
  const falling = (a: [number, number], b: [number, number]): number => b[1] - a[1] || a[0] - b[0]
  const roles = new Map<number, RegionRole>()
  if (given !== null && candidates.has(given)) roles.set(given, 'given')
  const ordered: [number, RegionRole][] = [
    ...named.sort(falling).map(([id]): [number, RegionRole] => [id, 'named']),
    ...placed.sort(falling).map(([id]): [number, RegionRole] => [id, 'place']),
  ]
  for (const [id, role] of ordered.slice(0, limit)) roles.set(id, role)
  const person = new Set([...corrected].map(cell => leaders.leader[cell] ?? -1))
  for (const id of [...person].sort((a, b) => a - b)) if (id >= 0 && !roles.has(id)) roles.set(id, 'person')
  return roles
}

/** Sum of the logits of the strongest part that is sure; null without one. */
function strongestPlace(
  parts: Candidate['parts'],
  logit: Float32Array,
  { sure, least }: { sure: number; least: number },
): number | null {
  let strongest: number | null = null
  for (const cells of parts) {
    if (cells.length < least || !cells.some(cell => logit[cell]! >= sure)) continue
    const sum = cells.reduce((total, cell) => total + logit[cell]!, 0)
    strongest = Math.max(strongest ?? -Infinity, sum)
  }
  return strongest
}

/** The parts that are outlined, the largest first; crumbs beside larger parts stay bare. */
function keptParts(
  { parts, size }: Candidate,
  corrected: ReadonlySet<number>,
  grid: Grid,
): Candidate['parts'] {
  const least = Math.min(scaledCells(smallestPart, grid), size)
  return parts
    .filter(cells => cells.length >= least || cells.some(cell => corrected.has(cell)))
    .sort((a, b) => b.length - a.length)
}

/** Classes whose colour is too close to that of an earlier one with a full line. */
function dashedOf(drawn: readonly number[], colourOf?: (id: number) => Rgb): Set<number> {
  const dashed = new Set<number>()
  const full: Oklab[] = []
  for (const id of drawn) {
    const place = placeOf(id, colourOf?.(id))
    if (full.some(other => oklabDistance(place, other) < alikeBelow)) dashed.add(id)
    else full.push(place)
  }
  return dashed
}

/** A class's own colour is compared as it is before sRGB narrows it, one that a person chose as it is displayed. */
function placeOf(id: number, colour: Rgb | undefined): Oklab {
  const own = classColour(id)
  return colour === undefined || colour.every((v, i) => v === own[i]) ? classOklab(id) : oklabOf(colour)
}
