/** The classes of a project as they are displayed. */
import type { ProjectClass } from '../../contract/class-entry.ts'
import { guarded } from '../database/connection.ts'
import { knownClasses, storedClasses } from '../database/classes.ts'
import type { Project } from '../database/handle.ts'
import { displayOrder } from './plan.ts'
import { effectiveShorts } from './shorts.ts'

/** All classes, in the order of their numbers, with their short names and settings. */
export function listClasses(project: Project): ProjectClass[] {
  const rows = guarded(project.db.name, () => storedClasses(project.db))
  const shorts = effectiveShorts(rows)
  const places = new Int32Array(rows.length)
  displayOrder(rows).forEach((number, place) => (places[number] = place))
  return knownClasses(rows).map((entry, i) => ({
    ...entry,
    short: shorts[i]!,
    ownShort: rows[i]!.short !== null,
    colour: rows[i]!.colour,
    key: rows[i]!.key,
    order: places[i]!,
  }))
}
