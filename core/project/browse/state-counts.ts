/** Counts of images by split, states and twentieth of confidence: a few hundred rows that answer most counts directly. */
import type { ImageFilter } from '../../contract/api/browse.ts'
import type { Db } from '../database/connection.ts'
import { rejectedBits } from './state-bits.ts'

export interface StateCount {
  split: number
  bits: number
  /** Twentieth of 0…1; −1: no measures. */
  bin: number
  images: number
}

export interface StateCounts {
  total: number
  /** Classes of the project. */
  classes: number
  /** By id. */
  splits: Map<number, string>
  rows: StateCount[]
}

export function readStateCounts(db: Db): StateCounts {
  const rows = db
    .prepare<[], StateCount>('SELECT split, bits, bin, images FROM browse_tally WHERE images > 0')
    .all()
  const names = db.prepare<[], { id: number; name: string }>('SELECT id, name FROM splits ORDER BY id').all()
  return {
    total: rows.reduce((sum, row) => sum + row.images, 0),
    classes: db.prepare<[], number>('SELECT count(*) FROM classes').pluck().get()!,
    splits: new Map(names.map(row => [row.id, row.name])),
    rows,
  }
}

export function sumCounts(stateCounts: StateCounts, passes: (row: StateCount) => boolean): number {
  let sum = 0
  for (const row of stateCounts.rows) if (passes(row)) sum += row.images
  return sum
}

/** Whether the images of a count pass a filter's states and splits. */
export function passes(
  stateCounts: StateCounts,
  filter: ImageFilter,
): (row: Pick<StateCount, 'split' | 'bits'>) => boolean {
  const reject = rejectedBits(filter)
  const splits = filter.splits && filter.splits.length > 0 ? new Set(filter.splits) : null
  return row =>
    (row.bits & reject) === 0 && (splits === null || splits.has(stateCounts.splits.get(row.split) ?? ''))
}
