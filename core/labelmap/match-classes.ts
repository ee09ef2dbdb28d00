/** Matching an annotator's classes to a project's: by wnid, name, or number. */
import { fail } from '../base/error.ts'
import { classMapOf } from './class-map.ts'
import type { ClassMap } from './class-map.ts'

/** A class of either side; its index is its place in the list. */
export interface NamedClass {
  name: string
  wnid?: string | undefined
}

/** What decided about an annotator class; null: it has no project class. */
export type MatchRule = 'wnid' | 'name' | 'id' | null

/** How classes are matched. */
export interface MatchOptions {
  /** `id`: class i is class i, whatever its name; default: wnid, then name. */
  by?: 'name' | 'id'
}

/** Names as they are compared: case, outer space and the kind of inner space do not count. */
const normal = (name: string): string =>
  name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s_]+/g, ' ')
    .trim()

/** ImageNet's names are lists of synonyms. */
const synonyms = (name: string): string[] => name.split(',').map(normal).filter(Boolean)

/** The WordNet id of a class: its own field, or its name where that is one (ImageNet's folders). */
function wnidOf({ wnid, name }: NamedClass): string | undefined {
  return wnid ?? (/^n\d{8}$/.test(name) ? name : undefined)
}

/** Places by key; a key that several classes share has them all. */
function placesBy(
  classes: readonly NamedClass[],
  keys: (one: NamedClass) => string[],
): Map<string, number[]> {
  const places = new Map<string, number[]>()
  classes.forEach((one, i) => {
    for (const key of new Set(keys(one))) places.set(key, [...(places.get(key) ?? []), i])
  })
  return places
}

/**
 * The class map from `annotator` to `project`, and what decided about each class. In this order: a class of
 * the same name at the same place; the wnid; the whole name; one of the comma-separated synonyms. A name that several
 * project classes share decides nothing, and classes whose wnids differ never match by name.
 * Throws 'mismatch' where nothing matches.
 */
export function matchClasses(
  annotator: readonly NamedClass[],
  project: readonly NamedClass[],
  options: MatchOptions = {},
): ClassMap & { how: MatchRule[] } {
  const how: MatchRule[] = annotator.map(() => null)
  const target = new Int32Array(annotator.length).fill(-1)
  const byWnid = placesBy(project, one => [wnidOf(one) ?? []].flat())
  const byName = placesBy(project, ({ name }) => [normal(name)])
  const bySynonym = placesBy(project, ({ name }) => synonyms(name))
  const decide = (c: number, to: number | undefined, rule: MatchRule): boolean => {
    if (to === undefined) return false
    target[c] = to
    how[c] = rule
    return true
  }
  annotator.forEach((one, c) => {
    if (options.by === 'id') {
      decide(c, c < project.length ? c : undefined, 'id')
      return
    }
    const wnid = wnidOf(one)
    const agrees = (p: number): boolean => {
      const other = wnidOf(project[p]!)
      return !wnid || !other || wnid === other
    }
    const only = (places: number[] | undefined): number | undefined => {
      const left = places?.filter(agrees) ?? []
      return left.length === 1 ? left[0] : undefined
    }
    const here = project[c] && normal(project[c].name) === normal(one.name) && agrees(c) ? c : undefined
    if (decide(c, here, 'name')) return
    if (wnid && decide(c, only(byWnid.get(wnid)), 'wnid')) return
    if (decide(c, only(byName.get(normal(one.name))), 'name')) return
    for (const synonym of synonyms(one.name)) if (decide(c, only(bySynonym.get(synonym)), 'name')) return
  })
  if (target.every(to => to < 0))
    fail(
      'mismatch',
      `none of the annotator's ${annotator.length} classes (${annotator[0]?.name}, …) is a class of the project ` +
        `(${project[0]?.name}, …); give class lists that share names or wnids`,
    )
  return { ...classMapOf(target, project.length), how }
}
