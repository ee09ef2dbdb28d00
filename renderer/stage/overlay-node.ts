/** The label map over the image: painted on a separate canvas, of which only changed cells are repainted. */
import Konva from 'konva'
import type { LabelMap } from '../../core/labelmap/label-map.ts'
import { createPainting, paintAll, paintCells } from './painter.ts'
import type { Painting, PaintOptions, Part } from './painter.ts'
import type { Size, View } from './view.ts'

export interface OverlayState {
  /** null: there is none, or it is hidden. */
  map: LabelMap | null
  paint: PaintOptions
  /** Pixels of the image that the map lies over. */
  size: Size
  /** 0…1 */
  opacity: number
}

export class OverlayNode {
  readonly layer = new Konva.Layer({ listening: false })
  readonly #canvas = document.createElement('canvas')
  readonly #node = new Konva.Image({ image: this.#canvas, listening: false, perfectDrawEnabled: false })
  #painting: Painting | null = null
  #pixels: ImageData | null = null
  #smooth = false

  constructor() {
    this.layer.add(this.#node)
  }

  /** Shows a map; `cells` lists the changed ones if everything else is unchanged since the last call. */
  update(state: OverlayState, cells: readonly number[] | null): void {
    const { map, paint } = state
    this.#node.size(state.size)
    this.#node.visible(map !== null)
    this.#node.opacity(state.opacity)
    if (map) {
      const fresh = this.#prepare(map)
      const painting = this.#painting!
      if (cells && !fresh) this.#put(paintCells(painting, map, paint, cells))
      else this.#put(paintAll(painting, map, paint))
      this.#smooth = paint.smooth
      this.layer.imageSmoothingEnabled(this.#smooth)
    }
    this.layer.batchDraw()
  }

  look(view: View): void {
    this.layer.setAttrs({ x: view.x, y: view.y, scaleX: view.scale, scaleY: view.scale })
    this.layer.batchDraw()
  }

  destroy(): void {
    this.layer.destroy()
  }

  /** Allocates a map's painting; true: everything must be painted. */
  #prepare(map: LabelMap): boolean {
    const [, H, W] = map.shape
    const known = this.#painting
    if (known && known.height === H * known.side && known.width === W * known.side) return false
    const painting = createPainting(H, W)
    this.#canvas.width = painting.width
    this.#canvas.height = painting.height
    this.#painting = painting
    this.#pixels = new ImageData(painting.data, painting.width, painting.height)
    return true
  }

  #put(part: Part | null): void {
    if (part)
      this.#canvas
        .getContext('2d')
        ?.putImageData(this.#pixels!, 0, 0, part.x, part.y, part.width, part.height)
  }
}
