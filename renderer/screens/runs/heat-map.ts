/** Draws a confusion matrix on a canvas: cells with their counts, class names along both sides, one cell marked. */
import type { Matrix } from './comparison.ts'

/** The data to draw. */
export interface HeatMapState {
  matrix: Matrix
  /** Names of the classes, in the matrix's order. */
  names: readonly string[]
  colours: {
    text: string
    muted: string
    line: string
    empty: string
    more: string
    less: string
    ground: string
    mark: string
  }
  font: string
  /** Row and column. */
  marked: readonly [number, number] | null
}

/** Maximum width of names, pixels. */
const most = { left: 120, top: 96 }
const slope = -Math.PI / 2.6
const cellSize = { least: 14, most: 40 }

export class HeatMap {
  readonly #canvas: HTMLCanvasElement
  #cell = cellSize.most
  #count = 0
  #labels = { ...most }

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
  }

  /** Draws at `width` CSS pixels at most. */
  update(state: HeatMapState, width: number): void {
    const count = state.matrix.classes.length
    this.#count = count
    const context = this.#canvas.getContext('2d')
    if (!context) return
    context.font = state.font
    this.#labels = labelRoom(context, state.names)
    const room = (width - this.#labels.left) / Math.max(1, count)
    this.#cell = Math.floor(Math.min(cellSize.most, Math.max(cellSize.least, room)))
    const size = {
      width: this.#labels.left + count * this.#cell + 1,
      height: this.#labels.top + count * this.#cell + 1,
    }
    const ratio = window.devicePixelRatio
    this.#canvas.width = size.width * ratio
    this.#canvas.height = size.height * ratio
    this.#canvas.style.width = `${size.width}px`
    this.#canvas.style.height = `${size.height}px`
    context.scale(ratio, ratio)
    context.font = state.font
    this.#drawNames(context, state)
    this.#drawCells(context, state)
  }

  /** Row and column under a point of the canvas (CSS pixels); null outside the cells. */
  cellAt(x: number, y: number): [number, number] | null {
    const [column, row] = [
      Math.floor((x - this.#labels.left) / this.#cell),
      Math.floor((y - this.#labels.top) / this.#cell),
    ]
    const inside = (value: number): boolean => value >= 0 && value < this.#count
    return inside(row) && inside(column) ? [row, column] : null
  }

  destroy(): void {
    this.#canvas.width = 0
  }

  #drawNames(context: CanvasRenderingContext2D, { names, colours }: HeatMapState): void {
    context.fillStyle = colours.muted
    context.textBaseline = 'middle'
    names.forEach((name, i) => {
      const at = (i + 0.5) * this.#cell
      context.textAlign = 'right'
      context.fillText(
        shortened(context, name, this.#labels.left - 10),
        this.#labels.left - 6,
        this.#labels.top + at,
      )
      context.save()
      context.translate(this.#labels.left + at, this.#labels.top - 6)
      context.rotate(slope)
      context.textAlign = 'left'
      context.fillText(shortened(context, name, this.#labels.top - 12), 0, 0)
      context.restore()
    })
  }

  #drawCells(context: CanvasRenderingContext2D, { matrix, colours, marked }: HeatMapState): void {
    const cell = this.#cell
    context.textAlign = 'center'
    matrix.counts.forEach((line, row) =>
      line.forEach((value, column) => {
        const [x, y] = [this.#labels.left + column * cell, this.#labels.top + row * cell]
        const strength = Math.sqrt(Math.abs(value) / matrix.largest)
        context.fillStyle = row === column ? colours.line : colours.empty
        context.fillRect(x, y, cell - 1, cell - 1)
        if (value === 0) return
        context.globalAlpha = 0.12 + 0.78 * strength
        context.fillStyle = value > 0 ? colours.more : colours.less
        context.fillRect(x, y, cell - 1, cell - 1)
        context.globalAlpha = 1
        if (cell < 20) return
        context.fillStyle = strength > 0.6 ? colours.ground : colours.text
        context.fillText(value < 0 ? `−${-value}` : String(value), x + cell / 2, y + cell / 2)
      }),
    )
    if (!marked) return
    context.strokeStyle = colours.mark
    context.lineWidth = 2
    context.strokeRect(
      this.#labels.left + marked[1] * cell - 0.5,
      this.#labels.top + marked[0] * cell - 0.5,
      cell,
      cell,
    )
  }
}

/** Width of the names, within limits. */
function labelRoom(
  context: CanvasRenderingContext2D,
  names: readonly string[],
): { left: number; top: number } {
  const longest = Math.max(0, ...names.map(name => context.measureText(name.slice(0, 40)).width))
  return {
    left: Math.min(most.left, Math.ceil(longest) + 12),
    top: Math.min(most.top, Math.ceil(longest) + 14),
  }
}

/** A name that fits into `width` pixels. */
function shortened(context: CanvasRenderingContext2D, name: string, width: number): string {
  // Names may be of any length; measuring a whole one could take long.
  let text = name.slice(0, 40)
  if (text === name && context.measureText(text).width <= width) return text
  while (text.length > 1 && context.measureText(`${text}…`).width > width) text = text.slice(0, -1)
  return `${text}…`
}
