/** Display options of the label map, and what holding a key changes; pure. */
import type { Rgb } from '../../../../core/labelmap/colour.ts'
import type { LegendEntry } from '../../../stage/swatches.ts'
import type { PaintOptions } from '../../../stage/painter.ts'
import { mostTint, usualTint } from '../../../labelmap/draw-regions.ts'
import type { ViewName } from '../../../labelmap/views.ts'

export interface OverlayOptions {
  shown: boolean
  view: ViewName
  /** Largest alpha of the regions' tint, 0…{@link mostTint}. */
  tint: number
  /** Alpha of the other views, 0…1. */
  opacity: number
  /** Strengths below this are transparent, 0…1. */
  threshold: number
  smooth: boolean
  /** Lines between cells. */
  lines: boolean
  /** Everything outside of the regions is darkened. */
  dim: boolean
  /** Boxes of the truth, if known. */
  boxes: boolean
}

export const firstOverlay: OverlayOptions = {
  shown: true,
  view: 'regions',
  tint: usualTint,
  opacity: 0.55,
  threshold: 0,
  smooth: false,
  lines: false,
  dim: false,
  boxes: false,
}

/** What keys that are held change; releasing them brings everything back. */
export interface Peek {
  /** The picture without its map. */
  bare: boolean
  /** Only the class under the pointer or the cell cursor. */
  alone: boolean
}

export const noPeek: Peek = { bare: false, alone: false }

const stepped = (value: number, by: number, most: number): number =>
  Math.round(Math.max(0, Math.min(most, value + by)) * 100) / 100

/** Opacity of the current view a step up (1) or down (−1). */
export const stepOpacity = (options: OverlayOptions, by: 1 | -1): OverlayOptions =>
  options.view === 'regions'
    ? { ...options, tint: stepped(options.tint, by * 0.05, mostTint) }
    : { ...options, opacity: stepped(options.opacity, by * 0.1, 1) }

/** What is drawn over the picture; null: nothing. */
export type Drawn =
  | { kind: 'regions'; only: number | null }
  /** The strength of one class. */
  | { kind: 'class'; id: number }
  /** The strongest class of every cell, or only the cells of one class. */
  | { kind: 'cells'; only: number | null }

/**
 * What options and held keys amount to. `chosen`: the class of the second view; `under`: the one under the pointer;
 * `isDrawn`: whether a class has regions. One that has none is shown by its strength instead, as is its only trace.
 */
export function drawnOf(
  options: OverlayOptions,
  peek: Peek,
  { chosen, under, isDrawn }: { chosen: number | null; under: number | null; isDrawn(id: number): boolean },
): Drawn | null {
  if (peek.bare || (!options.shown && !peek.alone)) return null
  if (peek.alone && under === null) return null
  const only = peek.alone ? under : null
  if (options.view === 'cells') return { kind: 'cells', only }
  if (options.view === 'regions')
    return only === null || isDrawn(only) ? { kind: 'regions', only } : { kind: 'class', id: only }
  const id = only ?? chosen
  return id === null ? { kind: 'cells', only: null } : { kind: 'class', id }
}

/** Options for the painter; opacity belongs to the node, so that changing it does not repaint. */
export function paintOf(
  options: OverlayOptions,
  drawn: Drawn | null,
  ground: { classes: number; fill: number },
  { legend, colour }: { legend: readonly LegendEntry[]; colour: (id: number) => Rgb },
): PaintOptions {
  const only = drawn?.kind === 'class' ? drawn.id : null
  const cellsOf = drawn?.kind === 'cells' ? drawn.only : null
  const seen = legend.filter(entry => cellsOf === null || entry.id === cellsOf)
  return {
    only,
    classes: ground.classes,
    fill: ground.fill,
    opacity: 1,
    threshold: options.threshold,
    smooth: options.smooth,
    swatches: new Map(seen.map(entry => [entry.id, entry.swatch])),
    color: only === null ? [0, 0, 0] : colour(only),
  }
}
