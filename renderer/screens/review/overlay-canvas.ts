/** A canvas that shows the strongest class of every cell, or one class's strength; owned by its creator. */
import type { Rgb } from '../../../core/labelmap/colour.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { createPainting, paintAll } from '../../stage/painter.ts'
import type { LegendEntry } from '../../stage/swatches.ts'

export interface OverlayState {
  /** In shown classes; null: nothing is shown. */
  map: LabelMap | null
  /** Only this class's strength; null: the strongest class of every cell. */
  only: { id: number; colour: Rgb } | null
  legend: readonly LegendEntry[]
  /** Classes of a cell's softmax. */
  classes: number
  fill: number
}

export class OverlayCanvas {
  private readonly canvas: HTMLCanvasElement

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas
  }

  update({ map, only, legend, classes, fill }: OverlayState): void {
    if (!map) {
      this.destroy()
      return
    }
    const painting = createPainting(map.shape[1], map.shape[2])
    paintAll(painting, map, {
      only: only?.id ?? null,
      classes,
      fill,
      opacity: 1,
      threshold: 0,
      smooth: only !== null,
      swatches: new Map(legend.map(entry => [entry.id, entry.swatch])),
      color: only?.colour ?? [0, 0, 0],
    })
    this.canvas.width = painting.width
    this.canvas.height = painting.height
    const pixels = new ImageData(painting.data, painting.width, painting.height)
    this.canvas.getContext('2d')?.putImageData(pixels, 0, 0)
  }

  destroy(): void {
    this.canvas.width = 0
    this.canvas.height = 0
  }
}
