/** Which project class an annotator's class is: by wnid, else by name. */
import { fail } from '../base/error.ts'
import { classMapOf } from '../labelmap/class-map.ts'
import type { ClassMap } from '../labelmap/class-map.ts'

/** A class of either side. */
export interface NamedClass {
  name: string
  wnid?: string | undefined
}

const normal = (name: string): string => name.trim().toLowerCase()

/** Index by key; a key that two classes share names neither. */
function indexBy(
  classes: readonly NamedClass[],
  key: (one: NamedClass) => string | undefined,
): Map<string, number> {
  const found = new Map<string, number>()
  classes.forEach((one, i) => {
    const k = key(one)
    if (k) found.set(k, found.has(k) ? -1 : i)
  })
  return found
}

/**
 * Matches an annotator's classes to a project's: by wnid where both have one, else by name (case and surrounding space
 * do not count; a project class named by its wnid counts too). Throws `mismatch` where nothing matches.
 */
export function matchClasses(annotator: readonly NamedClass[], project: readonly NamedClass[]): ClassMap {
  const byWnid = indexBy(project, ({ wnid, name }) => wnid ?? (/^n\d{8}$/.test(name) ? name : undefined))
  const byName = indexBy(project, ({ name }) => normal(name))
  const target = annotator.map(({ name, wnid }, i) => {
    // Equal places decide between classes of the same name ("crane" twice in ImageNet).
    if (
      project[i] &&
      normal(project[i].name) === normal(name) &&
      (project[i].wnid ?? wnid) === (wnid ?? project[i].wnid)
    )
      return i
    return (wnid ? byWnid.get(wnid) : undefined) ?? byName.get(normal(name)) ?? -1
  })
  if (target.every(to => to < 0))
    fail(
      'mismatch',
      `none of the annotator's ${annotator.length} classes (${annotator[0]?.name}, …) is a class of the project ` +
        `(${project[0]?.name}, …); give class lists that share names or wnids`,
    )
  return classMapOf(target, project.length)
}
