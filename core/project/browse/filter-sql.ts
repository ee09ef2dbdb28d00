/** A filter as SQL conditions on the table `browse`, for updates of all images of a query. */
import { fail } from '../../base/error.ts'
import type { ImageFilter } from '../../contract/api/browse.ts'
import type { Db } from '../database/connection.ts'
import { rejectedBits, stateBits } from './state-bits.ts'
import { readStretches, splitPlaces } from './columns.ts'
import { isGiven } from './filter-reasons.ts'
import { createSearchText, findHits, readSearchText } from './text-search.ts'
import { readState } from './browse-state.ts'

export type SqlValue = number | string

/** Conditions that must all hold; `1` if there are none. */
export interface Where {
  sql: string
  values: SqlValue[]
}

const integers = (values: readonly number[], what: string): string => {
  for (const value of values)
    if (!Number.isSafeInteger(value))
      fail('usage', `${value} is not a valid ${what}: it must be a whole number`)
  return values.join(',')
}

/** Ids of the named splits; unknown ones are left out. */
function splitIds(db: Db, names: readonly string[]): number[] {
  const find = db.prepare<[string], number>('SELECT id FROM splits WHERE name = ?').pluck()
  return names.flatMap(name => find.get(name) ?? [])
}

/** The statement with these conditions must run before those of another filter are asked for. */
export function whereOf(db: Db, filter: ImageFilter): Where {
  const parts: string[] = []
  const values: SqlValue[] = []
  const add = (sql: string, ...of: SqlValue[]): void => {
    parts.push(sql)
    values.push(...of)
  }
  const reject = rejectedBits(filter)
  if (reject !== 0) add('bits & ? = 0', reject)
  if (isGiven(filter.splits)) add(`split IN (${splitIds(db, filter.splits).join(',')})`)
  if (isGiven(filter.classes)) add(`label IN (${integers(filter.classes, 'class')})`)
  if (isGiven(filter.predicted)) add(`top IN (${integers(filter.predicted, 'class')})`)
  if (filter.confidence)
    add('confidence BETWEEN ? AND ?', Math.max(0, filter.confidence[0]), filter.confidence[1])
  // Images that still wait for their measures never pass a condition on measures.
  const { filled } = readState(db)
  const measured = reject & (stateBits.disagree.unknown | stateBits.listed.unknown)
  if (filled !== null && (measured !== 0 || isGiven(filter.predicted) || filter.confidence))
    add('place < ?', filled)
  if (filter.text) {
    useText(db, filter.text)
    add('browse_hit(place)')
  }
  return { sql: parts.join(' AND ') || '1', values }
}

/** The text search behind `browse_hit(place)`, by connection. */
const inUse = new WeakMap<Db, { has: (place: number) => boolean }>()

function useText(db: Db, text: string): void {
  const stretches = readStretches(db)
  const names = createSearchText(stretches)
  readSearchText(db, names)
  const { found } = findHits(names, text)
  const first = new Map(stretches.map(stretch => [stretch.split, stretch.first]))
  const has = (place: number): boolean =>
    found[first.get(Math.floor(place / splitPlaces))! + (place % splitPlaces)] === 1
  const known = inUse.get(db)
  if (known) {
    known.has = has
    return
  }
  const slot = { has }
  inUse.set(db, slot)
  db.function('browse_hit', place => (slot.has(Number(place)) ? 1 : 0))
}
