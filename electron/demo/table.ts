/** The demo's results: mean and standard deviation over seeds, as text and as data. */
import type { StudentMeasures } from './measure.ts'

/** One trained student. */
export interface TrainedRow {
  name: string
  seed: number
  measures: StudentMeasures
  /** Seconds of training, including validation and loading. */
  seconds: number
}

/** The measures a table shows, in order. */
export const columns = [
  ['top1', 'top-1'],
  ['largest', 'largest'],
  ['real', 'ReaL'],
  ['mAP', 'mAP'],
  ['cropReal', 'crop ReaL'],
] as const

export type Column = (typeof columns)[number][0]

/** Mean and sample standard deviation in percent; `sd` is undefined for one seed. */
export interface Cell {
  mean: number
  sd: number | undefined
}

export interface SummaryRow {
  name: string
  seeds: number
  cells: Record<Column, Cell>
  /** Mean seconds of training. */
  seconds: number
}

/** A share as percent, without the sign. */
export const percent = (share: number): string => (100 * share).toFixed(1)

/** An annotator's accuracy at each size of its input. */
export const accuracyText = (all: readonly { accuracy: number; size: number }[]): string =>
  all.map(({ accuracy, size }) => `${percent(accuracy)} % at ${size} px`).join(', ')

/** Mean and sample standard deviation of numbers. */
export function summarise(values: readonly number[]): Cell {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  if (values.length < 2) return { mean, sd: undefined }
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) }
}

/** Rows by name, in the order they first occur. */
export function summary(rows: readonly TrainedRow[]): SummaryRow[] {
  return [...new Set(rows.map(row => row.name))].map(name => {
    const own = rows.filter(row => row.name === name)
    const cell = (key: Column): Cell => summarise(own.map(row => 100 * row.measures[key]))
    const cells = Object.fromEntries(columns.map(([key]) => [key, cell(key)])) as Record<Column, Cell>
    return { name, seeds: own.length, cells, seconds: summarise(own.map(row => row.seconds)).mean }
  })
}

export const cellText = ({ mean, sd }: Cell): string =>
  sd === undefined ? mean.toFixed(1) : `${mean.toFixed(1)} ± ${sd.toFixed(1)}`

/** Columns padded to their widest entry; the first left-aligned, the others right-aligned. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((text, i) => Math.max(all[i] ?? 0, text.length)),
    [],
  )
  return rows
    .map(row =>
      row
        .map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** The result table as text. */
export function resultTable(rows: readonly SummaryRow[]): string {
  const head = ['supervision', ...columns.map(([, title]) => title), 'seconds']
  return textTable([
    head,
    ...rows.map(row => [
      row.name,
      ...columns.map(([key]) => cellText(row.cells[key])),
      row.seconds.toFixed(1),
    ]),
  ])
}
