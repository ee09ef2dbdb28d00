/** Display options of the label map. */
import type { LegendEntry } from '../../../stage/swatches.ts'
import type { PaintOptions } from '../../../stage/painter.ts'

export interface OverlayOptions {
  shown: boolean
  mode: 'top' | 'class'
  /** 0…1 */
  opacity: number
  /** Strengths below this are transparent, 0…1. */
  threshold: number
  smooth: boolean
  /** Lines between cells. */
  lines: boolean
  /** Boxes of the truth, if known. */
  boxes: boolean
}

export const firstOverlay: OverlayOptions = {
  shown: true,
  mode: 'top',
  opacity: 0.55,
  threshold: 0,
  smooth: false,
  lines: false,
  boxes: false,
}

/** Opacity a step up or down. */
export const stepOpacity = (options: OverlayOptions, by: number): OverlayOptions => ({
  ...options,
  opacity: Math.round(Math.max(0, Math.min(1, options.opacity + by)) * 100) / 100,
})

const vermilion = [213, 94, 0] as const

/** Options for the painter; opacity belongs to the node, so that changing it does not repaint. */
export function paintOf(
  options: OverlayOptions,
  legend: readonly LegendEntry[],
  id: number | null,
  ground: { classes: number; fill: number },
): PaintOptions {
  const only = options.mode === 'class' ? id : null
  return {
    only,
    classes: ground.classes,
    fill: ground.fill,
    opacity: 1,
    threshold: options.threshold,
    smooth: options.smooth,
    swatches: new Map(legend.map(entry => [entry.id, entry.swatch])),
    color: legend.find(entry => entry.id === only)?.swatch.color ?? vermilion,
  }
}
