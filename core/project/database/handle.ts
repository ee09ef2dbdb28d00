/** An open project as the rooms of `core/project` hand it to each other. */
import type { Db } from './connection.ts'

/** A class of the project; `index` counts from 0 without gaps. */
export interface ClassEntry {
  index: number
  name: string
  wnid?: string
}

/** An open project. `close` it; a writable one keeps others from writing while it is open. */
export interface Project {
  /** Absolute. */
  dir: string
  name: string
  classes: ClassEntry[]
  readonly: boolean
  /** Internal to core/project. */
  db: Db
  close(): void
}
