/** Matches an annotator's classes with a project's: by wnid, name or number. */
import { fail } from '../base/error.ts'
import { classMapOf } from './class-map.ts'
import type { ClassMap } from './class-map.ts'

/** A class of either side; its index is its place in the list. */
export interface NamedClass {
  name: string
  wnid?: string | undefined
  /** Names that it had before. */
  also?: readonly string[] | undefined
  /** The class that it was merged into. */
  into?: number | undefined
}

/** How an annotator class was matched; null: it has no project class. */
export type MatchRule = 'wnid' | 'name' | 'id' | null

/** How classes are matched. */
export interface MatchOptions {
  /** `id`: class i is class i, whatever its name; default: wnid, then name. */
  by?: 'name' | 'id'
}

/** Normalizes names for comparison: case, surrounding space and the kind of inner space are ignored. */
export const normalName = (name: string): string =>
  name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s_]+/g, ' ')
    .trim()

/** ImageNet's names are lists of synonyms; as compared. */
export const synonymsOf = (name: string): string[] => name.split(',').map(normalName).filter(Boolean)

const namesOf = ({ name, also }: NamedClass): string[] => (also ? [name, ...also] : [name])

/** Every name and synonym by which a class is found, as compared. */
export const knownNames = (one: NamedClass): string[] =>
  namesOf(one).flatMap(name => [normalName(name), ...synonymsOf(name)])

/** The WordNet id of a class: its own field, or its name if that is one (as in ImageNet's folders). */
function wnidOf({ wnid, name }: NamedClass): string | undefined {
  return wnid ?? (/^n\d{8}$/.test(name) ? name : undefined)
}

/** Positions by key; a key that several classes share has all of them. */
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
 * The class map from `annotator` to `project`, and how each class was matched. In this order: a class of
 * the same name at the same place; the wnid; the whole name; one of the comma-separated synonyms. A name that several
 * project classes share matches nothing, and classes with different wnids never match by name. Names that a class of
 * the project had before count as its names, and what matches a merged class maps to the one that it was merged into.
 * Throws 'mismatch' if nothing matches.
 */
export function matchClasses(
  annotator: readonly NamedClass[],
  project: readonly NamedClass[],
  options: MatchOptions = {},
): ClassMap & { how: MatchRule[] } {
  const how: MatchRule[] = annotator.map(() => null)
  const target = new Int32Array(annotator.length).fill(-1)
  const byWnid = placesBy(project, one => [wnidOf(one) ?? []].flat())
  const byName = placesBy(project, one => namesOf(one).map(normalName))
  const bySynonym = placesBy(project, one => namesOf(one).flatMap(synonymsOf))
  const standsFor = (p: number): number => project[p]?.into ?? p
  const decide = (c: number, to: number | undefined, rule: MatchRule): boolean => {
    if (to === undefined) return false
    target[c] = standsFor(to)
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
      // Several that were merged into one are one.
      return left.length > 0 && left.every(p => standsFor(p) === standsFor(left[0]!)) ? left[0] : undefined
    }
    const there = project[c] ? namesOf(project[c]).map(normalName) : []
    const here = there.includes(normalName(one.name)) && agrees(c) ? c : undefined
    if (decide(c, here, 'name')) return
    if (wnid && decide(c, only(byWnid.get(wnid)), 'wnid')) return
    if (decide(c, only(byName.get(normalName(one.name))), 'name')) return
    for (const synonym of synonymsOf(one.name)) if (decide(c, only(bySynonym.get(synonym)), 'name')) return
  })
  if (target.every(to => to < 0))
    fail(
      'mismatch',
      `none of the annotator's ${annotator.length} classes (${annotator[0]?.name}, …) is a class of the project ` +
        `(${project[0]?.name}, …); give class lists that share names or wnids`,
    )
  const merged = project.flatMap(({ into }, p) => (into === undefined ? [] : [[p, into] as const]))
  return { ...classMapOf(target, project.length, merged), how }
}
