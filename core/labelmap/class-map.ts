/**
 * The map from an annotator's classes to a project's classes: many to one is allowed, −1 means no counterpart. Extended,
 * it also has an id for every project class, with which corrections write classes that the annotator does not have.
 */
import { fail } from '../base/error.ts'

/** Maps annotator classes to project classes; plain data, JSON-safe except for the typed arrays. */
export interface ClassMap {
  /** [annotator classes], extended [annotator classes + project classes]: the project class of each, or −1. */
  target: Int32Array
  /** A, the number of the annotator's classes; in an extended map, id A + p stands for project class p. */
  annotatorClasses: number
  /** How many classes the project has. */
  projectClasses: number
  /** [project classes]: number of classes that map to each; in an extended map, a missing class has its own. */
  members: Int32Array
  /** Number of annotator classes with a project class. */
  matched: number
  /** Annotator classes without a project class. */
  unmatched: number[]
  /** Project classes without an annotator class: their logit is the fill logit wherever no correction sets it. */
  missing: number[]
  /** Project classes that were merged into another one: they have no mass anywhere, and keep their place. */
  merged: readonly (readonly [merged: number, into: number])[]
  /** Every annotator class maps to itself, so that pooling is exactly the published rule. */
  identity: boolean
}

/**
 * A class map from its table; `merged`: the merged classes of the project, and what each stands for. Throws 'mismatch' if an
 * entry is not a project class.
 */
export function classMapOf(
  target: ArrayLike<number>,
  projectClasses: number,
  merged: ClassMap['merged'] = [],
): ClassMap {
  const table = Int32Array.from(target)
  if (!Number.isSafeInteger(projectClasses) || projectClasses < 1)
    fail('mismatch', `a project of ${projectClasses} classes cannot be mapped to`)
  const members = new Int32Array(projectClasses)
  const unmatched: number[] = []
  for (let c = 0; c < table.length; c++) {
    const to = table[c]!
    if (to !== target[c] || to < -1 || to >= projectClasses)
      fail(
        'mismatch',
        `annotator class ${c} maps to ${target[c]}, but the project has ${projectClasses} classes`,
      )
    if (to < 0) unmatched.push(c)
    else members[to] = members[to]! + 1
  }
  const gone = new Set(merged.map(([one]) => one))
  const missing: number[] = []
  members.forEach((count, p) => {
    if (count === 0 && !gone.has(p)) missing.push(p)
  })
  return {
    target: table,
    annotatorClasses: table.length,
    projectClasses,
    members,
    matched: table.length - unmatched.length,
    unmatched,
    missing,
    merged,
    identity: merged.length === 0 && table.length === projectClasses && table.every((to, c) => to === c),
  }
}

/**
 * The class map with an id for every project class p: A + p, after the annotator's A classes. Only those of missing
 * classes count as classes of a label map. The others exist for corrections that were made while their class was
 * missing. Those of merged classes stand for what these were merged into; `into` [project classes] says so otherwise, −1 to
 * leave one out.
 */
export function extendClassMap(classMap: ClassMap, into?: ArrayLike<number>): ClassMap {
  const { annotatorClasses: A, projectClasses, missing } = classMap
  const own = into?.length ?? projectClasses
  const target = new Int32Array(A + own)
  target.set(classMap.target.subarray(0, A))
  for (let p = 0; p < own; p++) target[A + p] = into?.[p] ?? p
  if (!into) for (const [one, to] of classMap.merged) target[A + one] = to
  const members = Int32Array.from(classMap.members)
  for (const p of missing) members[p] = 1
  return { ...classMap, target, members }
}

/** The class map of equal class lists. */
export function identityClassMap(classes: number): ClassMap {
  return classMapOf(
    Array.from({ length: classes }, (_, c) => c),
    classes,
  )
}
