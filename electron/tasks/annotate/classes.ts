/** Which classes an annotator has where no class list is given. */
import type { ClassEntry } from '../../../core/contract/class-entry.ts'
import type { Project } from '../../../core/project/project.ts'
import type { CheckResult } from './check.ts'

/** The project's classes as a class list, without what is only known of them here. */
export const ownClasses = (project: Project): ClassEntry[] =>
  project.classes.map(({ index, name, wnid }) => ({ index, name, ...(wnid === undefined ? {} : { wnid }) }))

/** Those named in the model; undefined where it names none, or where they are the project's own by count and name. */
export function namedClasses(project: Project, checked: CheckResult): ClassEntry[] | undefined {
  const names = checked.named.classes
  if (names === null) return undefined
  const same =
    names.length === project.classes.length && project.classes.every(({ name }, i) => name === names[i])
  return same ? undefined : names.map((name, index) => ({ index, name }))
}
