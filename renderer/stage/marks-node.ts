/** All marks over image and map: boxes, cells under a tool, the keyboard's cell, the crop. */
import Konva from 'konva'
import type { Crop } from '../../core/pooling/crop.ts'
import type { CellGrid } from '../../core/labelmap/corrections/index.ts'
import { handlePoint, handles } from './crop-box.ts'
import { toScreen, type Size, type View } from './view.ts'

/** A box with its caption, in image pixels: x1, y1, x2, y2. */
export interface NamedBox {
  box: readonly [number, number, number, number]
  text: string
}

export interface MarksState {
  size: Size
  grid: CellGrid | null
  boxes: readonly NamedBox[]
  /** Cells that the tool would touch. */
  preview: readonly number[]
  /** Whether they are a box that is being drawn: a dashed line of 1 px. */
  box?: boolean
  /** Cells with corrections, marked by a corner. */
  corrected: readonly number[]
  /** Cell of the keyboard's cursor. */
  cursor: number | null
  crop: Crop | null
  /** Lines between the cells. */
  lines: boolean
}

const nothing: MarksState = {
  size: { width: 1, height: 1 },
  grid: null,
  boxes: [],
  preview: [],
  corrected: [],
  cursor: null,
  crop: null,
  lines: false,
}

type Pen = CanvasRenderingContext2D

export class MarksNode {
  readonly layer = new Konva.Layer({ listening: false })
  #state = nothing
  #view: View = { scale: 1, x: 0, y: 0 }

  constructor() {
    // Drawn in screen pixels, so that lines keep their width at every zoom level.
    const draw = (context: { _context: Pen }): void => this.#draw(context._context)
    this.layer.add(
      new Konva.Shape({
        listening: false,
        perfectDrawEnabled: false,
        sceneFunc: draw as unknown as (context: Konva.Context, shape: Konva.Shape) => void,
      }),
    )
  }

  update(state: MarksState): void {
    this.#state = state
    this.layer.batchDraw()
  }

  look(view: View): void {
    this.#view = view
    this.layer.batchDraw()
  }

  destroy(): void {
    this.layer.destroy()
  }

  #draw(pen: Pen): void {
    const state = this.#state
    if (state.grid) {
      if (state.lines) this.#gridLines(pen, state.grid)
      this.#corners(pen, state.corrected, state.grid)
      this.#outline(pen, state.preview, state.grid, state.box === true)
    }
    for (const box of state.boxes) this.#box(pen, box)
    if (state.grid && state.cursor !== null) this.#cursor(pen, state.cursor, state.grid)
    if (state.crop) this.#crop(pen, state.crop)
  }

  /** Screen rectangle of a part of the image, on whole pixels. */
  #rect(x1: number, y1: number, x2: number, y2: number): [number, number, number, number] {
    const a = toScreen(this.#view, { x: x1, y: y1 })
    const b = toScreen(this.#view, { x: x2, y: y2 })
    const [x, y] = [Math.round(a.x), Math.round(a.y)]
    return [x, y, Math.round(b.x) - x, Math.round(b.y) - y]
  }

  #cell(cell: number, grid: CellGrid): [number, number, number, number] {
    const { size } = this.#state
    const [w, h] = [size.width / grid.width, size.height / grid.height]
    const [x, y] = [cell % grid.width, Math.floor(cell / grid.width)]
    return this.#rect(x * w, y * h, (x + 1) * w, (y + 1) * h)
  }

  #gridLines(pen: Pen, grid: CellGrid): void {
    const { size } = this.#state
    if ((size.width / grid.width) * this.#view.scale < 6) return
    const [x, y, w, h] = this.#rect(0, 0, size.width, size.height)
    pen.beginPath()
    for (let i = 0; i <= grid.width; i++) {
      const at = Math.round(x + (w * i) / grid.width) + 0.5
      pen.moveTo(at, y)
      pen.lineTo(at, y + h)
    }
    for (let i = 0; i <= grid.height; i++) {
      const at = Math.round(y + (h * i) / grid.height) + 0.5
      pen.moveTo(x, at)
      pen.lineTo(x + w, at)
    }
    pen.lineWidth = 1
    pen.strokeStyle = 'rgb(255 255 255 / 14%)'
    pen.stroke()
  }

  #corners(pen: Pen, cells: readonly number[], grid: CellGrid): void {
    pen.fillStyle = '#ffffff'
    pen.strokeStyle = 'rgb(0 0 0 / 70%)'
    pen.lineWidth = 1
    for (const cell of cells) {
      const [x, y, w] = this.#cell(cell, grid)
      const side = Math.max(3, Math.min(9, w * 0.28))
      pen.beginPath()
      pen.moveTo(x + w - side, y)
      pen.lineTo(x + w, y)
      pen.lineTo(x + w, y + side)
      pen.closePath()
      pen.fill()
      pen.stroke()
    }
  }

  /** The border of a set of cells: dark under light, so that it is visible on any background. */
  #outline(pen: Pen, cells: readonly number[], grid: CellGrid, dashed: boolean): void {
    if (cells.length === 0) return
    const set = new Set(cells)
    pen.beginPath()
    for (const cell of cells) {
      const [x, y, w, h] = this.#cell(cell, grid)
      const column = cell % grid.width
      const side = (there: boolean, x1: number, y1: number, x2: number, y2: number): void => {
        if (there) return
        pen.moveTo(x1, y1)
        pen.lineTo(x2, y2)
      }
      side(set.has(cell - grid.width), x, y, x + w, y)
      side(set.has(cell + grid.width), x, y + h, x + w, y + h)
      side(column > 0 && set.has(cell - 1), x, y, x, y + h)
      side(column < grid.width - 1 && set.has(cell + 1), x + w, y, x + w, y + h)
    }
    if (!dashed) return twice(pen, 1.5)
    pen.lineWidth = 1
    pen.strokeStyle = 'rgb(10 10 14)'
    pen.stroke()
    pen.setLineDash([4, 4])
    pen.strokeStyle = '#ffffff'
    pen.stroke()
    pen.setLineDash([])
  }

  #cursor(pen: Pen, cell: number, grid: CellGrid): void {
    const [x, y, w, h] = this.#cell(cell, grid)
    pen.beginPath()
    pen.rect(x + 1.5, y + 1.5, w - 3, h - 3)
    twice(pen, 2.5)
  }

  #box(pen: Pen, { box, text }: NamedBox): void {
    const [x, y, w, h] = this.#rect(...box)
    pen.setLineDash([6, 4])
    pen.beginPath()
    pen.rect(x + 0.5, y + 0.5, w - 1, h - 1)
    twice(pen, 1.5)
    pen.setLineDash([])
    pen.font = '600 11px system-ui, sans-serif'
    const shown = text.length > 40 ? `${text.slice(0, 39)}…` : text
    const width = pen.measureText(shown).width + 8
    pen.fillStyle = 'rgb(16 16 20 / 82%)'
    pen.fillRect(x, y, width, 17)
    pen.fillStyle = '#ffffff'
    pen.textBaseline = 'middle'
    pen.fillText(shown, x + 4, y + 9)
  }

  #crop(pen: Pen, crop: Crop): void {
    const { size } = this.#state
    const whole = this.#rect(0, 0, size.width, size.height)
    const inner = this.#rect(crop.left, crop.top, crop.left + crop.width, crop.top + crop.height)
    pen.beginPath()
    pen.rect(...whole)
    pen.rect(...inner)
    pen.fillStyle = 'rgb(0 0 0 / 45%)'
    pen.fill('evenodd')
    pen.beginPath()
    pen.rect(inner[0] + 0.5, inner[1] + 0.5, inner[2] - 1, inner[3] - 1)
    twice(pen, 1.5)
    for (const handle of handles) {
      const at = toScreen(this.#view, handlePoint(crop, handle))
      pen.beginPath()
      pen.rect(Math.round(at.x) - 4.5, Math.round(at.y) - 4.5, 9, 9)
      pen.fillStyle = '#ffffff'
      pen.fill()
      pen.lineWidth = 1
      pen.strokeStyle = '#16161a'
      pen.stroke()
    }
  }
}

/** Strokes the path dark and wide, then light and narrow. */
function twice(pen: Pen, width: number): void {
  pen.lineWidth = width + 2
  pen.strokeStyle = 'rgb(10 10 14 / 75%)'
  pen.stroke()
  pen.lineWidth = width
  pen.strokeStyle = '#ffffff'
  pen.stroke()
}
