/** Counts beside each filter, each under all other filters. */
import { reviewStates, type Histograms, type ImageFilter } from '../../contract/api/browse.ts'
import { stateBits, reviewBit } from './bits.ts'
import { conditions, type Session } from './session.ts'
import { passes, type Tally, type TallyRow } from './tally.ts'
import type { SqlValue } from './where.ts'

const bins = 20
const mostClasses = 1000

function without(filter: ImageFilter, ...names: (keyof ImageFilter)[]): ImageFilter {
  const rest = { ...filter }
  for (const name of names) delete rest[name]
  return rest
}

interface Group {
  value: number
  count: number
}

/** Images by a column, read along the index that begins with it or through a more selective one. */
function groups(session: Session, filter: ImageFilter, column: 'label' | 'top'): Group[] {
  const where = conditions(session, filter)
  const index = where.rows > session.limits.sortedRows ? `browse_by_${column}` : where.index
  return session.db
    .prepare<SqlValue[], Group>(
      `SELECT ${column} AS value, count(*) AS count FROM browse ${index ? `INDEXED BY ${index}` : ''}
       WHERE ${where.sql} ${column === 'top' ? 'AND top >= 0' : ''}
       GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${mostClasses}`,
    )
    .all(...where.values)
}

/** Images by split and states, under a filter without any condition on these. */
function stateGroups(session: Session, filter: ImageFilter): Omit<TallyRow, 'bin'>[] {
  const where = conditions(session, filter)
  if (where.tallied) return session.tally.rows
  const index = where.rows > session.limits.sortedRows ? 'browse_by_bits' : where.index
  return session.db
    .prepare<SqlValue[], Omit<TallyRow, 'bin'>>(
      `SELECT bits, split, count(*) AS images FROM browse ${index ? `INDEXED BY ${index}` : ''}
       WHERE ${where.sql} GROUP BY bits, split`,
    )
    .all(...where.values)
}

function confidenceBins(session: Session, filter: ImageFilter): number[] {
  const counts = new Array<number>(bins).fill(0)
  const where = conditions(session, filter)
  const add = (bin: number, images: number): void => {
    if (bin >= 0) counts[bin]! += images
  }
  if (where.tallied) {
    const pass = passes(session.tally, filter)
    for (const row of session.tally.rows) if (pass(row)) add(row.bin, row.images)
    return counts
  }
  if (where.rows > session.limits.sortedRows) {
    // The same product as in the tally, so that a bin's border is the same number.
    const count = session.db
      .prepare<SqlValue[], number>(
        `SELECT count(*) FROM browse INDEXED BY browse_by_confidence WHERE confidence >= ? AND confidence <= ?
         AND min(19, CAST(confidence * 20 AS INTEGER)) = ? AND ${where.sql}`,
      )
      .pluck()
    for (let bin = 0; bin < bins; bin++)
      add(bin, count.get(Math.max(0, bin / bins - 1e-9), (bin + 1) / bins + 1e-9, bin, ...where.values)!)
    return counts
  }
  const rows = session.db
    .prepare<SqlValue[], { bin: number; images: number }>(
      `SELECT min(19, CAST(confidence * 20 AS INTEGER)) AS bin, count(*) AS images
       FROM browse ${where.index ? `INDEXED BY ${where.index}` : ''}
       WHERE confidence >= 0 AND ${where.sql} GROUP BY 1`,
    )
    .all(...where.values)
  for (const row of rows) add(row.bin, row.images)
  return counts
}

/** One state's values with their counts, under the other states and splits. */
function facet<T>(
  tally: Tally,
  rows: readonly Omit<TallyRow, 'bin'>[],
  filter: ImageFilter,
  values: readonly { value: T; is: (row: Omit<TallyRow, 'bin'>) => boolean }[],
): { value: T; count: number }[] {
  const pass = passes(tally, filter)
  return values.map(({ value, is }) => {
    let count = 0
    for (const row of rows) if (is(row) && pass(row)) count += row.images
    return { value, count }
  })
}

const yesNo = (bits: { yes: number; no: number }) => [
  { value: true, is: (row: { bits: number }) => (row.bits & bits.yes) !== 0 },
  { value: false, is: (row: { bits: number }) => (row.bits & bits.no) !== 0 },
]

export function histogramsOf(session: Session, filter: ImageFilter): Histograms {
  const { tally } = session
  const rows = stateGroups(
    session,
    without(filter, 'splits', 'review', 'corrected', 'disagree', 'listed', 'problem'),
  )
  const splits = [...tally.splits].map(([id, value]) => ({
    value,
    is: (row: { split: number }) => row.split === id,
  }))
  const states = reviewStates.map(value => ({
    value,
    is: (row: { bits: number }) => (row.bits & reviewBit(value)) !== 0,
  }))
  return {
    splits: facet(tally, rows, without(filter, 'splits'), splits),
    classes: groups(session, without(filter, 'classes'), 'label'),
    predicted: groups(session, without(filter, 'predicted'), 'top'),
    review: facet(tally, rows, without(filter, 'review'), states),
    corrected: facet(tally, rows, without(filter, 'corrected'), yesNo(stateBits.corrected)),
    disagree: facet(tally, rows, without(filter, 'disagree'), yesNo(stateBits.disagree)),
    listed: facet(tally, rows, without(filter, 'listed'), yesNo(stateBits.listed)),
    confidence: confidenceBins(session, without(filter, 'confidence')),
  }
}
