/** The regions of a label map over the image: tint, outlines and chips, in screen pixels at every zoom level. */
import Konva from 'konva'
import type { Rgb } from '../../core/labelmap/colour.ts'
import { placeChips, type Chip, type RegionPlan } from '../../core/labelmap/regions/index.ts'
import {
  chipTextWidth,
  dimRest,
  drawChips,
  drawOutlines,
  drawTint,
  shownChips,
  type Place,
  type RegionLook,
} from '../labelmap/draw-regions.ts'
import type { Size, View } from './view.ts'

export interface RegionsState {
  /** null: nothing is shown. */
  plan: RegionPlan | null
  /** Pixels of the image that the map lies over. */
  size: Size
  /** Only this class; null: all of them. */
  only: number | null
  /** Index of the region under the pointer. */
  hovered: number | null
  /** A class whose regions stand out. */
  lit: number | null
  /** Largest alpha of the tint, 0…1. */
  tint: number
  /** Borders of the cells instead of smooth outlines. */
  borders: boolean
  /** Everything outside of the regions is darkened. */
  dim: boolean
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

type Pen = CanvasRenderingContext2D

/** A shape that draws in screen pixels. */
function shapeOf(draw: (pen: Pen) => void): Konva.Shape {
  const scene = (context: { _context: Pen }): void => draw(context._context)
  return new Konva.Shape({
    listening: false,
    perfectDrawEnabled: false,
    sceneFunc: scene as unknown as (context: Konva.Context, shape: Konva.Shape) => void,
  })
}

const contrast = '(prefers-contrast: more), (forced-colors: active)'

export class RegionsNode {
  readonly layer = new Konva.Layer({ listening: false, visible: false })
  /** The names, above the marks of corrected cells. */
  readonly names = new Konva.Layer({ listening: false, visible: false })
  #state: RegionsState | null = null
  #view: View = { scale: 1, x: 0, y: 0 }
  /** Placed for one plan at one scale; panning keeps them. */
  #chips: { plan: RegionPlan; words: ChipWords; scale: number; placed: readonly Chip[] } | null = null
  readonly #contrast = matchMedia(contrast)
  readonly #family = getComputedStyle(document.body).fontFamily
  readonly #named: (names: readonly string[]) => void

  /** `named` is told which chips are drawn. */
  constructor(named: (names: readonly string[]) => void) {
    this.#named = named
    this.layer.add(shapeOf(pen => this.#draw(pen)))
    this.names.add(shapeOf(pen => this.#drawNames(pen)))
    this.#contrast.addEventListener('change', this.#redraw)
    // Chips are as wide as their texts in the page's font, which may still be loading.
    void document.fonts.ready.then(this.#measureAgain)
  }

  update(state: RegionsState): void {
    this.#state = state
    for (const layer of [this.layer, this.names]) layer.visible(state.plan !== null)
    if (!state.plan) this.#named([])
    this.#redraw()
  }

  look(view: View): void {
    this.#view = view
    if (this.#state?.plan) this.#redraw()
  }

  destroy(): void {
    this.#contrast.removeEventListener('change', this.#redraw)
    this.layer.destroy()
    this.names.destroy()
  }

  readonly #redraw = (): void => {
    this.layer.batchDraw()
    this.names.batchDraw()
  }
  readonly #measureAgain = (): void => {
    this.#chips = null
    this.#redraw()
  }

  #look(state: RegionsState, plan: RegionPlan): RegionLook {
    const { size, tint, only, hovered, lit, borders, colour } = state
    const place: Place = {
      x: this.#view.x,
      y: this.#view.y,
      cellWidth: (size.width * this.#view.scale) / plan.width,
      cellHeight: (size.height * this.#view.scale) / plan.height,
    }
    return { place, colour, only, hovered, lit, tint, borders, strong: this.#contrast.matches }
  }

  #draw(pen: Pen): void {
    const state = this.#state
    if (!state?.plan) return
    const { plan } = state
    const look = this.#look(state, plan)
    if (state.dim) dimRest(pen, plan, look)
    drawTint(pen, plan, look)
    drawOutlines(pen, plan, look)
  }

  #drawNames(pen: Pen): void {
    const state = this.#state
    if (!state?.plan) return
    const { plan } = state
    const look = this.#look(state, plan)
    const chips = this.#placeChips(pen, state, plan)
    drawChips(pen, chips, plan, { ...look, family: this.#family })
    this.#named(shownChips(chips, plan, look).map(({ text }) => text))
  }

  #placeChips(pen: Pen, { size, words }: RegionsState, plan: RegionPlan): readonly Chip[] {
    const { scale } = this.#view
    const known = this.#chips
    if (known?.plan === plan && known.scale === scale && known.words === words) return known.placed
    const placed = placeChips(plan, {
      width: size.width * scale,
      height: size.height * scale,
      textWidth: text => chipTextWidth(pen, this.#family, text),
      ...words,
    })
    this.#chips = { plan, words, scale, placed }
    return placed
  }
}
