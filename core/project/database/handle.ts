/** An open project, as used within `core/project`. */
import type { KnownClass } from '../../contract/class-entry.ts'
import type { Db } from './connection.ts'

/** An open project; must be closed with `close`. While a writable one is open, no one else can write. */
export interface Project {
  /** Absolute. */
  dir: string
  name: string
  /** By number; replaced as a whole when they change. */
  classes: KnownClass[]
  /** Counts the changes of the classes. */
  classesVersion: number
  readonly: boolean
  /** Internal to core/project. */
  db: Db
  /** What opening replayed from the log of corrections, because the database lacked it. */
  replayed: { applied: number; failed: string[] }
  /** False: it was not closed the last time, and is too large for its structure to be looked at while it is opened. */
  checked: boolean
  close(): void
}
