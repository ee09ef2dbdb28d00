/** A filter as conditions of SQL over the table `browse`, and which index reads the fewest rows for it. */
import { fail } from '../../base/error.ts'
import type { ImageFilter } from '../../contract/api/browse.ts'
import type { Db } from '../database.ts'
import { rejectedBits } from './bits.ts'
import type { Hits } from './names.ts'
import { tallySum, type Tally } from './tally.ts'

export type SqlValue = number | string

/** What the search for a filter's text found, or null: nothing to search for. */
export type FindText = (text: string) => Hits | null

/** Conditions that hold at once; empty lists in a filter mean no condition. */
export interface Where {
  /** `1` where there is none. */
  sql: string
  /** The same, offering SQLite no index to leave the order by place for. */
  free: string
  values: SqlValue[]
  /** `INDEXED BY` that reads the fewest rows; null: any order will do, nothing is selective. */
  index: string | null
  /** Rows that are read through `index`, by estimate. */
  rows: number
  /** Only states and splits: the tally has the answer. */
  tallied: boolean
  hits: Hits | null
}

const integers = (values: readonly number[], what: string): string => {
  for (const value of values)
    if (!Number.isSafeInteger(value)) fail('usage', `${value} is no ${what}: it must be a whole number`)
  return values.join(',')
}

const given = <T>(list: readonly T[] | undefined): list is readonly T[] =>
  list !== undefined && list.length > 0

/** Ids of the named splits; an unknown one is left out. */
export function splitIds(db: Db, names: readonly string[]): number[] {
  const find = db.prepare<[string], number>('SELECT id FROM splits WHERE name = ?').pluck()
  return names.flatMap(name => find.get(name) ?? [])
}

/** `listedHits`: found keys up to this many are handed to SQL as a list; more are asked for row by row. */
export function whereOf(
  db: Db,
  tally: Tally,
  filter: ImageFilter,
  findText: FindText,
  listedHits = 20_000,
): Where {
  const parts: string[] = []
  const values: SqlValue[] = []
  const ways: { index: string | null; rows: number }[] = [{ index: null, rows: tally.total }]
  let tallied = true
  const reject = rejectedBits(filter)
  if (reject !== 0) {
    parts.push('bits & ? = 0')
    values.push(reject)
  }
  if (given(filter.splits)) {
    const ids = splitIds(db, filter.splits)
    parts.push(`split IN (${ids.join(',')})`)
  }
  const perClass = tally.total / Math.max(1, tally.classes)
  if (given(filter.classes)) {
    parts.push(`label IN (${integers(filter.classes, 'class')})`)
    ways.push({ index: 'browse_by_label', rows: perClass * filter.classes.length })
    tallied = false
  }
  if (given(filter.predicted)) {
    parts.push(`top IN (${integers(filter.predicted, 'class')})`)
    ways.push({ index: 'browse_by_top', rows: perClass * filter.predicted.length })
    tallied = false
  }
  if (filter.confidence) {
    const [low, high] = filter.confidence
    parts.push('confidence BETWEEN ? AND ?')
    values.push(Math.max(0, low), high)
    ways.push({
      index: 'browse_by_confidence',
      rows: tallySum(
        tally,
        row => row.bin >= 0 && row.bin >= Math.floor(low * 20) - 1 && row.bin <= Math.floor(high * 20),
      ),
    })
    tallied = false
  }
  const hits = filter.text ? findText(filter.text) : null
  if (hits && hits.count < tally.total) {
    tallied = false
    if (hits.count <= listedHits) {
      parts.push('place IN (SELECT value FROM json_each(?))')
      values.push(JSON.stringify(hits.places()))
      ways.push({ index: null, rows: hits.count * 4 })
    } else parts.push('browse_hit(place)')
  }
  if (reject !== 0) {
    const bits = new Set(tally.rows.filter(row => (row.bits & reject) === 0).map(row => row.bits))
    const rows = tallySum(tally, row => (row.bits & reject) === 0)
    const least = Math.min(...ways.map(way => way.rows))
    if (rows < least && rows < tally.total / 4) {
      parts[0] = `bits IN (${[...bits].join(',')})`
      values.shift()
      ways.push({ index: 'browse_by_bits', rows })
    }
  }
  const best = ways.reduce((a, b) => (b.rows < a.rows ? b : a))
  const free = parts.map(part => (/^(label|top|confidence|bits IN)/.test(part) ? `+${part}` : part))
  const all = (conditions: string[]): string => conditions.join(' AND ') || '1'
  return { sql: all(parts), free: all(free), values, ...best, tallied, hits }
}

/** The order that a scan of everything takes where no index is selective: the narrowest. */
export const from = (where: Where): string => (where.index ? `browse INDEXED BY ${where.index}` : 'browse')
