/**
 * Draws the regions of a label map on a canvas: tint, outlines and chips. All lengths are CSS pixels: the pen's
 * transform is the device's ratio, so that lines keep their width at any zoom.
 */
import type { Rgb } from '../../core/labelmap/colour.ts'
import { certainty, tintOf, type TintMap } from './region-tint.ts'

/** One region, as the rule of core/labelmap/regions makes it. */
export interface DrawnRegion {
  /** Shown class. */
  id: number
  cells: readonly number[]
  role: 'given' | 'named' | 'place' | 'person'
  dashed: boolean
  /** Closed: x0, y0, x1, y1, … in cells. */
  paths: readonly Float32Array[]
}

/** What is drawn; `shares` has the softmax of every drawn class by cell. */
export interface DrawnPlan extends TintMap {
  regions: readonly DrawnRegion[]
}

/** Where the map lies: the pixel of its upper left corner, and the pixels of a cell. */
export interface Place {
  x: number
  y: number
  cellWidth: number
  cellHeight: number
}

export interface RegionLook {
  place: Place
  colour(id: number): Rgb
  /** Only this class; null: all of them. */
  only?: number | null
  /** Index of the region under the pointer. */
  hovered?: number | null
  /** A class all of whose regions stand out as if they were under the pointer. */
  lit?: number | null
  /** Largest alpha of the tint, 0…0.35. */
  tint?: number
  /** Of the lines' width: 1, or 0.7 on thumbnails. */
  thickness?: number
  /** Borders of the cells instead of smooth outlines. */
  borders?: boolean
  /** For high contrast: the halo hides what is below. */
  strong?: boolean
}

/** A label on a region's outline. */
export interface DrawnChip {
  /** Index of the region; negative: it says that the given label is not on the map. */
  region: number
  text: string
  /** Relative to the picture. */
  x: number
  y: number
  width: number
  height: number
  /** In the class's colour (the given label). */
  filled: boolean
  /** x1, y1, x2, y2 */
  leader: readonly [number, number, number, number] | null
}

/** The pen of a canvas; tests record what it is asked for. */
export type Pen = CanvasRenderingContext2D

/** Largest alpha of the tint: usually, and at most. */
export const usualTint = 0.2
export const mostTint = 0.35
/** Text on a filled chip. */
const ink = '#14161a'
const chipFont = (family: string): string => `600 12px ${family}`
const cssOf = ([red, green, blue]: Rgb): string => `rgb(${red} ${green} ${blue})`

/** Sets a canvas to a size in CSS pixels; its pen then draws in them. */
export function penOf(canvas: HTMLCanvasElement, width: number, height: number, ratio: number): Pen | null {
  const [across, down] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))]
  if (canvas.width !== across) canvas.width = across
  if (canvas.height !== down) canvas.height = down
  const pen = canvas.getContext('2d')
  pen?.setTransform(across / width, 0, 0, down / height, 0, 0)
  pen?.clearRect(0, 0, width, height)
  return pen
}

/** The width of a text in a chip. */
export function chipTextWidth(pen: Pen, family: string, text: string): number {
  pen.font = chipFont(family)
  return pen.measureText(text).width
}

const isShown = (region: { id: number }, { only = null }: RegionLook): boolean =>
  only === null || region.id === only

/** Adds the closed paths of a region to the pen's path. */
function trace(pen: Pen, { paths }: DrawnRegion, { x, y, cellWidth, cellHeight }: Place): void {
  for (const path of paths) {
    for (let i = 0; i < path.length; i += 2) {
      const [u, v] = [x + path[i]! * cellWidth, y + path[i + 1]! * cellHeight]
      if (i === 0) pen.moveTo(u, v)
      else pen.lineTo(u, v)
    }
    pen.closePath()
  }
}

/** Adds the borders between the cells of a region and others. */
function traceBorders(pen: Pen, { cells }: DrawnRegion, columns: number, place: Place): void {
  const within = new Set(cells)
  const line = (x1: number, y1: number, x2: number, y2: number): void => {
    pen.moveTo(place.x + x1 * place.cellWidth, place.y + y1 * place.cellHeight)
    pen.lineTo(place.x + x2 * place.cellWidth, place.y + y2 * place.cellHeight)
  }
  for (const cell of cells) {
    const [x, y] = [cell % columns, Math.floor(cell / columns)]
    if (!within.has(cell - columns)) line(x, y, x + 1, y)
    if (!within.has(cell + columns)) line(x, y + 1, x + 1, y + 1)
    if (x === 0 || !within.has(cell - 1)) line(x, y, x, y + 1)
    if (x === columns - 1 || !within.has(cell + 1)) line(x + 1, y, x + 1, y + 1)
  }
}

/** Adds the squares of a region's cells. */
function traceCells(pen: Pen, { cells }: DrawnRegion, columns: number, place: Place): void {
  for (const cell of cells) {
    const [x, y] = [cell % columns, Math.floor(cell / columns)]
    pen.rect(place.x + x * place.cellWidth, place.y + y * place.cellHeight, place.cellWidth, place.cellHeight)
  }
}

/** Adds what a region covers: the inside of its outline, or its cells. */
function traceInside(
  pen: Pen,
  region: DrawnRegion,
  { width }: DrawnPlan,
  { place, borders }: RegionLook,
): void {
  if (borders) traceCells(pen, region, width, place)
  else trace(pen, region, place)
}

/** Darkens the picture outside of the outlines; before anything else is drawn on this canvas. */
export function dimRest(pen: Pen, plan: DrawnPlan, look: RegionLook): void {
  const { x, y, cellWidth, cellHeight } = look.place
  pen.save()
  pen.fillStyle = 'rgb(0 0 0 / 55%)'
  pen.fillRect(x, y, cellWidth * plan.width, cellHeight * plan.height)
  pen.globalCompositeOperation = 'destination-out'
  pen.fillStyle = '#000'
  for (const region of plan.regions) {
    if (!isShown(region, look)) continue
    pen.beginPath()
    traceInside(pen, region, plan, look)
    pen.fill()
  }
  pen.restore()
}

/** Tints the inside of every outline: the surer the cells, the stronger. */
export function drawTint(pen: Pen, plan: DrawnPlan, look: RegionLook): void {
  const { place, tint = usualTint } = look
  if (tint <= 0) return
  for (const id of new Set(plan.regions.map(region => region.id))) {
    if (!isShown({ id }, look)) continue
    const image = tintOf(plan, id, look.colour(id))
    if (!image) continue
    pen.save()
    pen.beginPath()
    for (const region of plan.regions) {
      if (region.id !== id) continue
      traceInside(pen, region, plan, look)
    }
    pen.clip()
    pen.globalAlpha = tint
    pen.imageSmoothingEnabled = true
    const { left, top, right, bottom } = image.box
    pen.drawImage(
      image.canvas,
      place.x + left * place.cellWidth,
      place.y + top * place.cellHeight,
      (right - left) * place.cellWidth,
      (bottom - top) * place.cellHeight,
    )
    pen.restore()
  }
}

/** Tints the inside of every outline alike, by the mean probability of its region; for thumbnails. */
export function drawFlatTint(
  pen: Pen,
  regions: readonly (DrawnRegion & { share: number })[],
  look: RegionLook,
): void {
  pen.save()
  for (const region of regions) {
    pen.beginPath()
    trace(pen, region, look.place)
    pen.globalAlpha = (look.tint ?? usualTint) * certainty(region.share)
    pen.fillStyle = cssOf(look.colour(region.id))
    pen.fill()
  }
  pen.restore()
}

/** Draws every outline in its class's colour on a dark halo; the given label's last, with a white core. */
export function drawOutlines(pen: Pen, plan: DrawnPlan, look: RegionLook): void {
  const { place, thickness = 1, hovered = null, lit = null } = look
  const order = plan.regions.map((region, index) => ({ region, index }))
  const given = order.filter(({ region }) => region.role === 'given')
  pen.save()
  pen.lineJoin = 'round'
  pen.lineCap = look.borders ? 'square' : 'butt'
  for (const { region, index } of [...order.filter(({ region }) => region.role !== 'given'), ...given]) {
    if (!isShown(region, look)) continue
    const own = region.role === 'given'
    const width = (own ? 3 : 2) + (index === hovered || region.id === lit ? 1 : 0)
    pen.beginPath()
    if (look.borders) traceBorders(pen, region, plan.width, place)
    else trace(pen, region, place)
    const stroke = (line: number, style: string): void => {
      pen.lineWidth = line * thickness
      pen.strokeStyle = style
      pen.stroke()
    }
    stroke(width + 2, look.strong ? '#000' : 'rgb(0 0 0 / 59%)')
    if (region.dashed) pen.setLineDash([9 * thickness, 5.4 * thickness])
    stroke(width, cssOf(look.colour(region.id)))
    pen.setLineDash([])
    if (own) stroke(1, '#fff')
  }
  pen.restore()
}

/** The chips that are drawn where only one class may be. */
export const shownChips = <Drawn extends DrawnChip>(
  chips: readonly Drawn[],
  plan: Pick<DrawnPlan, 'regions'>,
  look: RegionLook,
): readonly Drawn[] =>
  chips.filter(({ region }) =>
    region < 0 ? (look.only ?? null) === null : isShown(plan.regions[region]!, look),
  )

/** Draws the chips; `family` is the page's font. They look the same in both themes, because the picture does. */
export function drawChips(
  pen: Pen,
  chips: readonly DrawnChip[],
  plan: Pick<DrawnPlan, 'regions'>,
  look: RegionLook & { family: string },
): void {
  pen.save()
  pen.font = chipFont(look.family)
  pen.textBaseline = 'middle'
  pen.lineCap = 'round'
  const shown = shownChips(chips, plan, look)
  // Below all chips, so that no line crosses a name.
  for (const { leader } of shown) if (leader) drawLeader(pen, leader, look.place)
  for (const chip of shown) drawChip(pen, chip, plan.regions[chip.region]?.id ?? null, look)
  pen.restore()
}

function drawLeader(pen: Pen, [x1, y1, x2, y2]: NonNullable<DrawnChip['leader']>, place: Place): void {
  pen.beginPath()
  pen.moveTo(place.x + x1, place.y + y1)
  pen.lineTo(place.x + x2, place.y + y2)
  pen.lineWidth = 3.5
  pen.strokeStyle = 'rgb(0 0 0 / 51%)'
  pen.stroke()
  pen.lineWidth = 1.5
  pen.strokeStyle = '#fff'
  pen.stroke()
}

function drawChip(pen: Pen, chip: DrawnChip, id: number | null, look: RegionLook): void {
  const [x, y] = [look.place.x + chip.x, look.place.y + chip.y]
  const box = (grow: number, radius: number): void => {
    pen.beginPath()
    pen.roundRect(x - grow, y - grow, chip.width + 2 * grow, chip.height + 2 * grow, radius)
  }
  if (id === null) {
    box(0, 5)
    pen.lineWidth = 1.5
    pen.strokeStyle = '#fff'
    pen.stroke()
  } else {
    box(1, 6)
    pen.fillStyle = 'rgb(0 0 0 / 51%)'
    pen.fill()
  }
  box(0, 5)
  pen.fillStyle = chip.filled && id !== null ? cssOf(look.colour(id)) : 'rgb(20 22 26 / 92%)'
  pen.fill()
  let textX = id === null ? 8 : 6
  if (id !== null && !chip.filled) {
    pen.beginPath()
    pen.arc(x + 11.5, y + chip.height / 2, 4.5, 0, 2 * Math.PI)
    pen.fillStyle = cssOf(look.colour(id))
    pen.fill()
    textX = 20
  }
  pen.fillStyle = chip.filled ? ink : '#fff'
  pen.fillText(chip.text, x + textX, y + chip.height / 2 + 0.5)
}
