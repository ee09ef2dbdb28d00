/** The map from an annotator's classes to a project's classes: many to one is allowed, −1 means no counterpart. */
import { fail } from '../base/error.ts'

/** Maps annotator classes to project classes; plain data, JSON-safe except for the typed arrays. */
export interface ClassMap {
  /** [annotator classes]: the project class of each, or −1. */
  target: Int32Array
  /** How many classes the project has. */
  projectClasses: number
  /** [project classes]: number of annotator classes that map to each. */
  members: Int32Array
  /** Number of annotator classes with a project class. */
  matched: number
  /** Annotator classes without a project class. */
  unmatched: number[]
  /** Project classes without an annotator class: their logit is the fill logit everywhere. */
  missing: number[]
  /** Every class maps to itself, so that pooling is exactly the published rule. */
  identity: boolean
}

/** A class map from its table; throws 'mismatch' if an entry is not a project class or nothing matches. */
export function classMapOf(target: ArrayLike<number>, projectClasses: number): ClassMap {
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
  const missing: number[] = []
  members.forEach((count, p) => {
    if (count === 0) missing.push(p)
  })
  return {
    target: table,
    projectClasses,
    members,
    matched: table.length - unmatched.length,
    unmatched,
    missing,
    identity: table.length === projectClasses && table.every((to, c) => to === c),
  }
}

/** The class map of equal class lists. */
export function identityClassMap(classes: number): ClassMap {
  return classMapOf(
    Array.from({ length: classes }, (_, c) => c),
    classes,
  )
}
