/** Matching an annotator's classes to a project's: by an explicit list, wnid, or name. */
import { fail } from '../base/error.ts'
import { classMapOf } from './class-map.ts'
import type { ClassMap } from './class-map.ts'

/** A class of either side; its index is its place in the list. */
export interface NamedClass {
  name: string
  wnid?: string | undefined
}

/** What decided about an annotator class; null: it has no project class. */
export type MatchRule = 'list' | 'wnid' | 'name' | 'id' | null

/** How classes are matched. */
export interface MatchOptions {
  /** Explicit pairs (see `parseClassPairs`); classes that it does not name are matched as usual. */
  pairs?: readonly { annotator: string; project: string | null }[]
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
 * The class map from `annotator` to `project`, and what decided about each class. In this order: the explicit list; a class
 * of the same name at the same place; the wnid; the whole name; one of the comma-separated synonyms. A name that several
 * project classes share decides nothing, and classes whose wnids differ never match by name.
 * Throws 'mismatch' where nothing matches, or where the list names a class that does not exist.
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
  for (const pair of options.pairs ?? []) {
    const c = find(annotator, pair.annotator, 'annotator')
    target[c] = pair.project === null ? -1 : find(project, pair.project, 'project')
    how[c] = pair.project === null ? null : 'list'
  }
  if (target.every(to => to < 0))
    fail(
      'mismatch',
      `none of the annotator's ${annotator.length} classes (${annotator[0]?.name}, …) is a class of the project ` +
        `(${project[0]?.name}, …); give class lists that share names or wnids, or a list of pairs`,
    )
  return { ...classMapOf(target, project.length), how }
}

/** The class that a word of the list means: its wnid, its whole name, or its number. */
function find(classes: readonly NamedClass[], word: string, side: string): number {
  const wanted = normal(word)
  const found = classes.flatMap((one, i) =>
    wnidOf(one) === wanted || normal(one.name) === wanted ? [i] : [],
  )
  if (found.length === 1) return found[0]!
  if (found.length > 1)
    fail(
      'mismatch',
      `the list of pairs names "${word}", but ${found.length} classes of the ${side} are called so; use the wnid or number`,
    )
  const number = /^\d+$/.test(wanted) ? Number(wanted) : -1
  if (number >= 0 && number < classes.length) return number
  return fail('mismatch', `the list of pairs names "${word}", which is not a class of the ${side}`)
}

/**
 * Explicit pairs from a file's text: a JSON object `{"annotator class": "project class" or null}`, or lines of
 * `annotator class<TAB>project class` (`-` for none; `#` begins a comment). Throws 'bad-data' with the line.
 */
export function parseClassPairs(
  text: string,
  file = 'the list of pairs',
): { annotator: string; project: string | null }[] {
  if (text.trimStart().startsWith('{')) {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (error) {
      return fail('bad-data', `${file} is not valid JSON`, { file }, error)
    }
    return Object.entries(value as Record<string, unknown>).map(([annotator, to]) => {
      const word = typeof to === 'number' ? String(to) : to
      if (word !== null && typeof word !== 'string')
        return fail('bad-data', `${file} maps "${annotator}" to something that is not a class`, { file })
      return { annotator, project: word }
    })
  }
  return text.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === '' || line.startsWith('#')) return []
    const [from, to, more] = line.split('\t')
    if (!from?.trim() || !to?.trim() || more !== undefined)
      return fail('bad-data', `${file}, line ${i + 1}: two classes separated by a tab are needed`, {
        file,
        line: i + 1,
      })
    return [{ annotator: from.trim(), project: to.trim() === '-' ? null : to.trim() }]
  })
}
