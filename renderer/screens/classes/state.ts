/** The rows of the classes table: sorted, searched, merged classes below the one that they stand for. */
import type { ClassCounts } from '../../../core/contract/api/classes.ts'
import type { ProjectClass } from '../../../core/contract/class-entry.ts'
import { findClasses } from '../../ui/search-classes.ts'

export const sortKeys = ['order', 'number', 'name', 'given', 'leads', 'corrected'] as const
export type SortKey = (typeof sortKeys)[number]

export interface TableView {
  sort: SortKey
  /** Typed text; empty: all classes. */
  words: string
}

/** A row: a class, or one that was merged into the class above it. */
export interface TableRow {
  entry: ProjectClass
  merged: boolean
}

const compare = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true }).compare

/** Counts fall, everything else rises; ties are in the order of the numbers. */
function ordering(sort: SortKey, counts: ClassCounts | null): (a: ProjectClass, b: ProjectClass) => number {
  switch (sort) {
    case 'order':
      return (a, b) => a.order - b.order
    case 'number':
      return (a, b) => a.index - b.index
    case 'name':
      return (a, b) => compare(a.short, b.short) || a.index - b.index
    default: {
      const of = counts?.[sort] ?? []
      return (a, b) => (of[b.index] ?? 0) - (of[a.index] ?? 0) || a.index - b.index
    }
  }
}

/** The rows of the table. A search finds merged classes too, and shows the class that they stand for. */
export function tableRows(
  classes: readonly ProjectClass[],
  { sort, words }: TableView,
  counts: ClassCounts | null,
): TableRow[] {
  const hits =
    words.trim() === '' ? null : new Set(findClasses(classes, words).map(({ entry }) => entry.index))
  const below = Map.groupBy(
    classes.filter(one => one.into !== undefined && (hits?.has(one.index) ?? true)),
    one => one.into!,
  )
  const rows: TableRow[] = []
  const shown = classes.filter(
    one => one.into === undefined && (hits === null || hits.has(one.index) || below.has(one.index)),
  )
  for (const entry of shown.sort(ordering(sort, counts))) {
    rows.push({ entry, merged: false })
    for (const other of below.get(entry.index) ?? []) rows.push({ entry: other, merged: true })
  }
  return rows
}

/** The class before which one row moves when it goes up or down by one; null: to the end; undefined: it cannot. */
export function stepTarget(rows: readonly TableRow[], index: number, by: 1 | -1): number | null | undefined {
  const own = rows.filter(row => !row.merged).map(row => row.entry.index)
  const at = own.indexOf(index)
  const next = at + by
  if (at < 0 || next < 0 || next >= own.length) return undefined
  return by < 0 ? own[next]! : (own[next + 1] ?? null)
}

/** The columns that the keyboard reaches, from left to right. */
export const reachable = ['select', 'colour', 'short', 'name', 'key', 'actions'] as const
export type Reachable = (typeof reachable)[number]

/** Where the keyboard is in the table. */
export interface Place {
  row: number
  column: Reachable
}

/** Columns of a merged class. */
const ofMerged: readonly Reachable[] = ['select', 'actions']

/** The place that a key leads to; null: the key does not move. */
export function movedBy(
  key: string,
  place: Place,
  { rows, page, merged }: { rows: number; page: number; merged: (row: number) => boolean },
): Place | null {
  const row = (to: number): Place => ({ ...place, row: Math.min(rows - 1, Math.max(0, to)) })
  const column = (by: 1 | -1): Place => {
    const all = merged(place.row) ? ofMerged : reachable
    const at = all.indexOf(place.column)
    return { ...place, column: all[Math.min(all.length - 1, Math.max(0, at + by))] ?? all[0]! }
  }
  switch (key) {
    case 'ArrowDown':
      return row(place.row + 1)
    case 'ArrowUp':
      return row(place.row - 1)
    case 'PageDown':
      return row(place.row + page)
    case 'PageUp':
      return row(place.row - page)
    case 'Ctrl+Home':
      return row(0)
    case 'Ctrl+End':
      return row(rows - 1)
    case 'ArrowRight':
      return column(1)
    case 'ArrowLeft':
      return column(-1)
    case 'Home':
      return { ...place, column: 'select' }
    case 'End':
      return { ...place, column: 'actions' }
    default:
      return null
  }
}
