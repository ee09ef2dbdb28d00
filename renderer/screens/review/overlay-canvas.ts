/** A canvas that shows the strongest class of every cell; owned by its creator. */
import { classColour } from '../../../core/labelmap/colour.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { createPainting, paintAll } from '../../stage/painter.ts'
import { legendOf } from '../../stage/swatches.ts'
import type { LegendEntry } from '../../stage/swatches.ts'

export interface OverlayState {
  /** null: nothing is shown. */
  map: LabelMap | null
  /** C, the number of the annotator's classes. */
  classes: number
  fill: number
}

export class OverlayCanvas {
  private readonly canvas: HTMLCanvasElement
  private shown: LabelMap | null = null

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas
  }

  /** Draws a map once; returns the drawn classes, by area. */
  update(state: OverlayState): LegendEntry[] {
    const { map, classes, fill } = state
    if (!map) {
      this.destroy()
      return []
    }
    const legend = legendOf(map, new Map(), classColour)
    if (map === this.shown) return legend
    this.shown = map
    const painting = createPainting(map.shape[1], map.shape[2])
    paintAll(painting, map, {
      only: null,
      classes,
      fill,
      opacity: 1,
      threshold: 0,
      smooth: false,
      swatches: new Map(legend.map(entry => [entry.id, entry.swatch])),
      color: [0, 0, 0],
    })
    this.canvas.width = painting.width
    this.canvas.height = painting.height
    const pixels = new ImageData(painting.data, painting.width, painting.height)
    this.canvas.getContext('2d')?.putImageData(pixels, 0, 0)
    return legend
  }

  destroy(): void {
    this.shown = null
    this.canvas.width = 0
    this.canvas.height = 0
  }
}
