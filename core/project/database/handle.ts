/** An open project as the rooms of `core/project` hand it to each other. */
import type { ClassEntry } from '../../contract/class-entry.ts'
import type { Db } from './connection.ts'

/** An open project. `close` it; a writable one keeps others from writing while it is open. */
export interface Project {
  /** Absolute. */
  dir: string
  name: string
  classes: ClassEntry[]
  readonly: boolean
  /** Internal to core/project. */
  db: Db
  /** What opening brought in from the log of corrections, which the database had lost. */
  replayed: { applied: number; failed: string[] }
  close(): void
}
