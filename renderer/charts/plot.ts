/** Owns one uPlot: draws lines over a common x axis, follows the size of its box, and can be redrawn in other colours. */
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { align, type Line } from './align.ts'
import type { LineStyle } from './styles.ts'

/** Colours of everything but the lines. */
export interface PlotColours {
  text: string
  grid: string
}

/** The data to draw. */
export interface PlotState {
  lines: readonly (Line & { style: LineStyle })[]
  colours: PlotColours
  font: string
  /** Value of the y axis as text. */
  format: (value: number) => string
  formatX: (value: number) => string
  /** Called with the pointer's index into the aligned x values, or null. */
  onPoint?: ((x: number | null) => void) | undefined
}

const height = 240

/** Steps and epochs are whole numbers, and so are their ticks. */
const wholeSteps = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map(n => n * 10 ** power)).flat()

export class LinePlot {
  readonly #host: HTMLElement
  readonly #sizes: ResizeObserver
  #plot: uPlot | undefined
  #made = ''

  constructor(host: HTMLElement) {
    this.#host = host
    this.#sizes = new ResizeObserver(() => this.#resize())
    this.#sizes.observe(host)
  }

  /** Draws; recreates the plot only if its lines or colours changed, so that following a run is cheap. */
  update(state: PlotState): void {
    const made = JSON.stringify([
      state.colours,
      state.font,
      state.lines.map(line => [line.label, line.style]),
    ])
    const data = align(state.lines) as uPlot.AlignedData
    if (this.#plot && made === this.#made) {
      this.#plot.setData(data)
      return
    }
    this.#plot?.destroy()
    this.#made = made
    this.#plot = new uPlot(this.#options(state), data, this.#host)
  }

  destroy(): void {
    this.#sizes.disconnect()
    this.#plot?.destroy()
    this.#plot = undefined
  }

  #width(): number {
    return Math.max(160, this.#host.clientWidth)
  }

  #resize(): void {
    if (this.#plot && this.#plot.width !== this.#width()) this.#plot.setSize({ width: this.#width(), height })
  }

  #options(state: PlotState): uPlot.Options {
    const axis: uPlot.Axis = {
      stroke: state.colours.text,
      font: state.font,
      grid: { stroke: state.colours.grid, width: 1 },
      ticks: { stroke: state.colours.grid, width: 1, size: 4 },
    }
    return {
      width: this.#width(),
      height,
      legend: { show: false },
      padding: [12, 12, 0, 0],
      cursor: { y: false, drag: { x: true, y: false, setScale: true }, points: { size: 7 } },
      scales: { x: { time: false } },
      axes: [
        { ...axis, size: 32, incrs: wholeSteps, values: (_, values) => values.map(state.formatX) },
        { ...axis, size: 58, values: (_, values) => values.map(state.format) },
      ],
      series: [
        {},
        ...state.lines.map((line): uPlot.Series => {
          const few = line.x.length <= 60
          return {
            label: line.label,
            stroke: line.style.colour,
            dash: line.style.dash,
            width: 2,
            spanGaps: true,
            points: { show: few, size: 5, fill: line.style.colour },
          }
        }),
      ],
      hooks: {
        setCursor: [
          plot => {
            const index = plot.cursor.idx
            state.onPoint?.(typeof index === 'number' ? (plot.data[0][index] ?? null) : null)
          },
        ],
      },
    }
  }
}
