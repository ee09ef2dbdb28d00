/** The one row that says which annotation is browsed, and counts the changes. */
import type { Db } from '../database/connection.ts'

export interface BrowseState {
  /** Changes whenever the answer to some query may have changed. */
  version: number
  /** Changes whenever images came or went. */
  names: number
  /** Number of the current annotation, or null. */
  annotation: number | null
  /** While its measures are brought in: those from this place on are not there yet. Null: all are. */
  filled: number | null
}

export function readState(db: Db): BrowseState {
  return db.prepare<[], BrowseState>('SELECT version, names, annotation, filled FROM browse_state').get()!
}

/** To be called in the transaction that changes something. */
export function changed(db: Db, names = false): void {
  db.prepare('UPDATE browse_state SET version = version + 1, names = names + ?').run(names ? 1 : 0)
}
