/** A chart as text and as a table, for people who cannot see it. */
import type { Line } from './align.ts'

/** The summary of a line; null if it has no known value. */
export interface LineSummary {
  label: string
  points: number
  first: { x: number; y: number } | null
  last: { x: number; y: number } | null
  lowest: { x: number; y: number } | null
  highest: { x: number; y: number } | null
}

/** First, last, lowest and highest known point. */
export function summarise(line: Line): LineSummary {
  const points: { x: number; y: number }[] = []
  line.x.forEach((x, i) => {
    const y = line.y[i]
    if (typeof y === 'number' && Number.isFinite(y)) points.push({ x, y })
  })
  const best = (better: (a: number, b: number) => boolean): { x: number; y: number } | null =>
    points.reduce<{ x: number; y: number } | null>(
      (kept, p) => (kept && !better(p.y, kept.y) ? kept : p),
      null,
    )
  return {
    label: line.label,
    points: points.length,
    first: points[0] ?? null,
    last: points.at(-1) ?? null,
    lowest: best((a, b) => a < b),
    highest: best((a, b) => a > b),
  }
}

/** A row of the table of a chart. */
export interface TableRow {
  x: number
  values: (number | null)[]
}

/** At most `limit` rows, evenly drawn from all x values, the last one always among them. */
export function tableRows(lines: readonly Line[], limit: number): TableRow[] {
  const places = [...new Set(lines.flatMap(line => line.x))].sort((a, b) => a - b)
  const step = Math.max(1, Math.ceil(places.length / limit))
  const shown = places.filter((_, i) => (places.length - 1 - i) % step === 0)
  const values = lines.map(line => new Map(line.x.map((x, i) => [x, line.y[i] ?? null])))
  return shown.map(x => ({ x, values: values.map(known => known.get(x) ?? null) }))
}
