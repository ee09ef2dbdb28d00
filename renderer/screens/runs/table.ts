/** The table of runs: its columns, their values and their order. */
import type { RunInfo } from '../../../core/contract/api/training.ts'

/** Columns in the order of the table. */
export const columns = [
  'id',
  'supervision',
  'student',
  'seed',
  'epochs',
  'split',
  'top1',
  'real',
  'mAP',
  'toFirst',
  'toBest',
  'loss',
  'imagesPerSecond',
  'seconds',
  'created',
] as const
export type Column = (typeof columns)[number]

export interface TableSort {
  by: Column
  descending: boolean
}

/** What a column sorts by; null sorts last, whichever way. */
function sortValue(run: RunInfo, column: Column): string | number | null {
  if (column === 'id') return Number(run.id.slice(1))
  if (column === 'top1' || column === 'real' || column === 'mAP') return run.metrics?.[column] ?? null
  return run[column]
}

/** A sorted copy; ties by id, oldest first. */
export function sortRuns(runs: readonly RunInfo[], sort: TableSort): RunInfo[] {
  const sign = sort.descending ? -1 : 1
  const number = (run: RunInfo): number => Number(run.id.slice(1))
  return [...runs].sort((a, b) => {
    const [x, y] = [sortValue(a, sort.by), sortValue(b, sort.by)]
    if (x === null || y === null) return x === y ? number(a) - number(b) : x === null ? 1 : -1
    const order = typeof x === 'string' ? x.localeCompare(String(y), 'en', { numeric: true }) : x - Number(y)
    return order === 0 ? number(a) - number(b) : sign * order
  })
}

/** The next order when a column's head is pressed: measures begin with the largest. */
export function nextSort(sort: TableSort, column: Column): TableSort {
  if (sort.by === column) return { by: column, descending: !sort.descending }
  const words: readonly Column[] = ['id', 'supervision', 'student', 'seed', 'split', 'loss']
  return { by: column, descending: !words.includes(column) }
}

/** Columns in which some run has a value; the rest would be dashes only. */
export function usedColumns(runs: readonly RunInfo[]): Column[] {
  const always: readonly Column[] = ['id', 'supervision', 'student', 'seed', 'epochs', 'created']
  return columns.filter(
    column => always.includes(column) || runs.some(run => sortValue(run, column) !== null),
  )
}
