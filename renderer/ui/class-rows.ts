/** The rows of a class picker's list: headings, and the classes below them. */
import { findClasses, type Found, type Named } from './search-classes.ts'

/** Where a class stands before anything is typed. */
export type Section = 'onMap' | 'recent' | 'all'

export type ClassRow<Entry extends Named> =
  { kind: 'heading'; section: Section } | { kind: 'class'; entry: Entry; place: number; near: Section | null }

export interface ClassRows<Entry extends Named> {
  rows: ClassRow<Entry>[]
  /** What was found, best first. */
  found: Found<Entry>[]
}

export interface Nearby {
  onMap: readonly number[]
  recent: readonly number[]
}

/**
 * The rows for a typed text. Without one, classes on the map stand first, then recent ones, then all others; each class
 * once.
 */
export function classRows<Entry extends Named>(
  classes: readonly Entry[],
  typed: string,
  { onMap, recent }: Nearby,
): ClassRows<Entry> {
  const known = new Set(classes.map(one => one.index))
  const nearby = [...new Set([...onMap, ...recent])].filter(index => known.has(index))
  const mapped = new Set(onMap)
  const isNear = new Set(nearby)
  const sectionOf = (index: number): Section =>
    !isNear.has(index) ? 'all' : mapped.has(index) ? 'onMap' : 'recent'
  const found = findClasses(classes, typed, nearby)
  const rows: ClassRow<Entry>[] = []
  const withHeadings = typed.trim() === '' && nearby.length > 0
  let last: Section | null = null
  found.forEach(({ entry }, place) => {
    const section = sectionOf(entry.index)
    if (withHeadings && section !== last) rows.push({ kind: 'heading', section })
    last = section
    rows.push({ kind: 'class', entry, place, near: withHeadings || section === 'all' ? null : section })
  })
  return { rows, found }
}
