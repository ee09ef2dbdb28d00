/** The single row that stores which annotation is browsed, and counts changes. */
import { z } from 'zod'
import type { Db } from '../database/connection.ts'
import { parseRow, type Table } from '../database/rows.ts'

export interface BrowseState {
  /** Changes whenever the answer to some query may have changed. */
  version: number
  /** Changes whenever images are added or removed. */
  names: number
  /** Number of the current annotation, or null. */
  annotation: number | null
  /** While its measures are loaded: the measures from this place on are still missing. Null: all are present. */
  filled: number | null
}

const stored = z.object({
  version: z.int(),
  names: z.int(),
  annotation: z.int().min(1).nullable(),
  filled: z.int().min(0).nullable(),
})
const table: Table<BrowseState> = { name: 'browse_state', key: 'id', row: stored }

export function readState(db: Db): BrowseState {
  return parseRow(
    db,
    table,
    db.prepare('SELECT id, version, names, annotation, filled FROM browse_state').get(),
  )
}

/** Call it in the transaction that makes the change. */
export function changed(db: Db, names = false): void {
  db.prepare('UPDATE browse_state SET version = version + 1, names = names + ?').run(names ? 1 : 0)
}
