/** A line chart as inline SVG, coloured by the page's style sheet. */
import { html } from './html.ts'
import type { Html } from './html.ts'

/** One line; x and y in the units of the axes. `colour` is an index into the page's palette. */
export interface Series {
  name: string
  colour: number
  points: readonly (readonly [x: number, y: number])[]
}

export interface ChartLabels {
  title: string
  x: string
  y: string
}

const frame = { width: 640, height: 300, left: 52, right: 16, top: 16, bottom: 42 }

/** Round numbers that cover [low, high], about `wanted` of them. */
export function ticks(low: number, high: number, wanted = 5): number[] {
  const span = Math.max(high - low, 1e-9)
  const raw = span / wanted
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = ([1, 2, 5, 10].find(factor => factor * power >= raw) ?? 10) * power
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  )
}

/** A chart of lines with axes and a legend; series without points are left out. */
export function lineChart(all: readonly Series[], labels: ChartLabels): Html {
  const series = all.filter(one => one.points.length > 0)
  if (series.length === 0) return html``
  const xs = series.flatMap(one => one.points.map(point => point[0]))
  const ys = series.flatMap(one => one.points.map(point => point[1]))
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)]
  const margin = Math.max(0.02 * (Math.max(...ys) - Math.min(...ys)), 1e-6)
  const [y0, y1] = [Math.min(...ys) - margin, Math.max(...ys) + margin]
  const across = (x: number): string =>
    (frame.left + ((x - x0) / Math.max(x1 - x0, 1e-9)) * (frame.width - frame.left - frame.right)).toFixed(1)
  const down = (y: number): string =>
    (
      frame.height -
      frame.bottom -
      ((y - y0) / (y1 - y0)) * (frame.height - frame.top - frame.bottom)
    ).toFixed(1)
  const rules = ticks(y0, y1).map(
    y =>
      html`<line
          class="rule"
          x1="${frame.left}"
          x2="${frame.width - frame.right}"
          y1="${down(y)}"
          y2="${down(y)}"
        />
        <text x="${frame.left - 8}" y="${down(y)}" text-anchor="end" dominant-baseline="middle">${y}</text>`,
  )
  const marks = ticks(x0, x1, 8)
    .filter(Number.isInteger)
    .map(
      x =>
        html`<text x="${across(x)}" y="${frame.height - frame.bottom + 18}" text-anchor="middle">${x}</text>`,
    )
  const lines = series.map(
    one =>
      html`<g class="c${one.colour}"
        ><title>${one.name}</title>
        <polyline points="${one.points.map(([x, y]) => `${across(x)},${down(y)}`).join(' ')}" />
        ${one.points.map(([x, y]) => html`<circle cx="${across(x)}" cy="${down(y)}" r="2.6" />`)}</g
      >`,
  )
  const legend = series.map(one => html`<span class="key c${one.colour}"><i></i>${one.name}</span>`)
  return html`<figure class="chart">
    <figcaption>${labels.title}</figcaption>
    <svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${labels.title}">
      ${rules}${marks}${lines}
      <text x="${(frame.left + frame.width - frame.right) / 2}" y="${frame.height - 6}" text-anchor="middle">
        ${labels.x}
      </text>
      <text
        transform="translate(12 ${(frame.height - frame.bottom + frame.top) / 2}) rotate(-90)"
        text-anchor="middle"
      >
        ${labels.y}
      </text>
    </svg>
    <div class="legend">${legend}</div>
  </figure>`
}
