/** The image on the stage. */
import Konva from 'konva'
import type { Size, View } from './view.ts'

export interface ImageState {
  /** What is drawn; null: nothing yet. */
  source: CanvasImageSource | null
  /** Pixel size of the original image; the source may have fewer pixels. */
  size: Size
}

/** Enlarged this far (device pixels per image pixel), pixels are drawn as squares. */
const crispFrom = 2

export class ImageNode {
  readonly layer = new Konva.Layer({ listening: false })
  readonly #node = new Konva.Image({ image: undefined, listening: false, perfectDrawEnabled: false })

  constructor() {
    this.layer.add(this.#node)
  }

  update(state: ImageState): void {
    const source = state.source ?? undefined
    this.#node.image(source)
    this.#node.size(state.size)
    this.#node.visible(source !== undefined)
    this.layer.batchDraw()
  }

  look(view: View, ratio: number): void {
    this.layer.setAttrs({ x: view.x, y: view.y, scaleX: view.scale, scaleY: view.scale })
    const smooth = view.scale * ratio < crispFrom
    if (this.layer.imageSmoothingEnabled() !== smooth) this.layer.imageSmoothingEnabled(smooth)
    this.layer.batchDraw()
  }

  destroy(): void {
    this.layer.destroy()
  }
}
