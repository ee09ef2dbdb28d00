/** A canvas with the regions of a label map: tint, outlines and names, sharp at any size; owned by its creator. */
import type { Rgb } from '../../../core/labelmap/colour.ts'
import { placeChips, type Chip, type RegionPlan } from '../../../core/labelmap/regions/index.ts'
import {
  chipTextWidth,
  drawChips,
  drawOutlines,
  drawTint,
  penOf,
  type Pen,
} from '../../labelmap/draw-regions.ts'

export interface RegionsState {
  /** null: nothing is shown. */
  plan: RegionPlan | null
  /** Of the picture, CSS pixels. */
  width: number
  height: number
  /** Device pixels per CSS pixel. */
  ratio: number
  /** Only this class; null: all of them. */
  only: number | null
  /** Index of the region under the pointer. */
  hovered: number | null
  /** A class whose regions stand out. */
  lit: number | null
  /** Largest alpha of the tint. */
  tint: number
  /** For high contrast. */
  strong: boolean
  colour(id: number): Rgb
  words: ChipWords
}

/** What chips say. */
export interface ChipWords {
  name(id: number): string
  percent(share: number): string
  /** Says that the map does not have a given label of this name. */
  nowhere(name: string): string
}

export class RegionsCanvas {
  private readonly canvas: HTMLCanvasElement
  private readonly family: string
  /** Placed for one plan at one size. */
  private chips: {
    plan: RegionPlan
    width: number
    height: number
    words: ChipWords
    placed: Chip[]
  } | null = null

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas
    this.family = getComputedStyle(document.body).fontFamily
  }

  /** Draws everything; returns the names that have a place. */
  update(state: RegionsState): readonly Chip[] {
    const { plan, width, height, ratio, only, hovered, lit, tint, strong, colour } = state
    const pen = penOf(this.canvas, Math.max(1, width), Math.max(1, height), ratio)
    if (!plan || !pen) return []
    const place = { x: 0, y: 0, cellWidth: width / plan.width, cellHeight: height / plan.height }
    const look = { place, colour, only, hovered, lit, tint, strong }
    drawTint(pen, plan, look)
    drawOutlines(pen, plan, look)
    const chips = this.place(pen, plan, state)
    drawChips(pen, chips, plan, { ...look, family: this.family })
    return chips
  }

  /** Chips are as wide as their texts in the page's font, which may have been loading. */
  measureAgain(): void {
    this.chips = null
  }

  private place(pen: Pen, plan: RegionPlan, { width, height, words }: RegionsState): readonly Chip[] {
    const known = this.chips
    if (known?.plan === plan && known.width === width && known.height === height && known.words === words)
      return known.placed
    const textWidth = (text: string): number => chipTextWidth(pen, this.family, text)
    const placed = placeChips(plan, { width, height, textWidth, ...words })
    this.chips = { plan, width, height, words, placed }
    return placed
  }
}
