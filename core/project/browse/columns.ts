/**
 * The browse table in memory, a typed array a column, so that any filter and sort is a plain loop. Rows lie in the
 * order by name: a rank counts images from 0 through all splits. SQLite says which rows have changed since they were
 * read.
 */
import type { Db } from '../database/connection.ts'
import { sorting, type Sorted, type Sorting } from './radix-sort.ts'
import { readState } from './browse-state.ts'
import { mostBits } from './state-bits.ts'

/** Rows that are read, and marked as changed, together. */
export const chunkRows = 1024
/** Places of one split; a place is the split's id times this plus a rank there. */
export const splitPlaces = 2 ** 32

/** A split's range of ranks. */
export interface Stretch {
  split: number
  first: number
  count: number
}

export type SortKey = 'label' | 'score' | 'confidence'

export interface Columns {
  count: number
  bits: Uint32Array
  /** −1 means none, here and below. */
  label: Int32Array
  top: Int32Array
  confidence: Float64Array
  score: Float64Array
  /** Chunks by split and number there. */
  chunks: { place: number; rank: number; rows: number; fresh: boolean }[]
  byNumber: Map<number, Columns['chunks'][number]>
  /** All changes committed up to this version are loaded, or their chunk is marked as stale. */
  version: number
  /** Chunks before this one are fresh. */
  next: number
  /** Finished sorts and the sort in progress; dropped when a value changes. */
  sorted: Map<SortKey, Sorted>
  sorting: Map<SortKey, Sorting>
}

/** The splits that have images, in the order of their places. */
export function readStretches(db: Db): Stretch[] {
  const last = db.prepare<[number, number], number | null>(
    'SELECT max(place) FROM browse WHERE place >= ? AND place < ?',
  )
  const found: Stretch[] = []
  let first = 0
  for (const split of db.prepare<[], number>('SELECT id FROM splits ORDER BY id').pluck().all()) {
    const end = last.pluck().get(split * splitPlaces, (split + 1) * splitPlaces)
    if (typeof end !== 'number') continue
    const count = end - split * splitPlaces + 1
    found.push({ split, first, count })
    first += count
  }
  return found
}

/** Nothing is read yet. */
export function beginColumns(db: Db, stretches: readonly Stretch[]): Columns {
  const count = stretches.reduce((sum, stretch) => sum + stretch.count, 0)
  const chunks: Columns['chunks'] = []
  for (const { split, first, count: images } of stretches)
    for (let start = 0; start < images; start += chunkRows)
      chunks.push({
        place: split * splitPlaces + start,
        rank: first + start,
        rows: Math.min(chunkRows, images - start),
        fresh: false,
      })
  return {
    count,
    bits: new Uint32Array(count),
    label: new Int32Array(count),
    top: new Int32Array(count),
    confidence: new Float64Array(count),
    score: new Float64Array(count),
    chunks,
    byNumber: new Map(chunks.map(chunk => [chunk.place / chunkRows, chunk])),
    version: readState(db).version,
    next: 0,
    sorted: new Map(),
    sorting: new Map(),
  }
}

/** Marks the chunks that have changed since `columns.version`. */
export function noteChanges(db: Db, columns: Columns, version: number): void {
  const changed = db
    .prepare<[number], number>('SELECT chunk FROM browse_changes WHERE version > ?')
    .pluck()
    .all(columns.version)
  for (const number of changed) {
    const chunk = columns.byNumber.get(number)
    if (chunk) chunk.fresh = false
  }
  if (changed.length > 0) columns.next = 0
  columns.version = version
}

/** Reads up to `most` stale chunks; true: all chunks are now fresh. */
export function readChunks(db: Db, columns: Columns, most = Infinity): boolean {
  const { chunks } = columns
  const filled = readState(db).filled ?? Infinity
  // Few values per row: converting each to a JavaScript number takes most of the time.
  const read = db
    .prepare<[number, number], [number, number, number, number]>(
      `SELECT bits, (label + 1) * 16777216 + top + 1, confidence, score FROM browse
       WHERE place >= ? AND place < ? ORDER BY place`,
    )
    .raw()
  let left = most
  for (; columns.next < chunks.length; columns.next++) {
    const chunk = chunks[columns.next]!
    if (chunk.fresh) continue
    if (left-- <= 0) return false
    take(columns, chunk.rank, read.all(chunk.place, chunk.place + chunk.rows), filled - chunk.place)
    chunk.fresh = true
  }
  return true
}

/** Rows from `filled` on still wait for their measures, and show none until then. */
function take(
  columns: Columns,
  start: number,
  rows: readonly [number, number, number, number][],
  filled: number,
): void {
  const { bits, label, top, confidence, score } = columns
  rows.forEach(([states, classes, sure, gain], index) => {
    const rank = start + index
    const isBad =
      typeof states !== 'number' ||
      typeof classes !== 'number' ||
      typeof sure !== 'number' ||
      typeof gain !== 'number'
    if (isBad) return // the row is reported where it is listed; here it has no measures
    const waits = index >= filled
    const given = Math.floor(classes / 16777216) - 1
    const newSure = waits ? -1 : sure
    const newGain = waits ? -1 : gain
    if (label[rank] !== given) forgetSorted(columns, 'label')
    if (confidence[rank] !== newSure) forgetSorted(columns, 'confidence')
    if (score[rank] !== newGain) forgetSorted(columns, 'score')
    bits[rank] = (waits ? (states & ~8064) | 128 | 1024 : states) & (mostBits - 1)
    label[rank] = given
    top[rank] = waits ? -1 : (classes % 16777216) - 1
    confidence[rank] = newSure
    score[rank] = newGain
  })
}

/** Computed once, and kept until a value changes. */
export function sortedBy(columns: Columns, key: SortKey): Sorted {
  for (;;) {
    const ready = sortStep(columns, key)
    if (ready) return ready
  }
}

/** Runs one pass of a sort; null: more passes are needed. */
export function sortStep(columns: Columns, key: SortKey): Sorted | null {
  const ready = columns.sorted.get(key)
  if (ready) return ready
  const work = columns.sorting.get(key) ?? sorting(columns[key])
  columns.sorting.set(key, work)
  const step = work.next()
  if (!step.done) return null
  columns.sorting.delete(key)
  columns.sorted.set(key, step.value)
  return step.value
}

/** Invalidates finished and unfinished sorts after a value has changed. */
function forgetSorted(columns: Columns, key: SortKey): void {
  columns.sorted.delete(key)
  columns.sorting.delete(key)
}
