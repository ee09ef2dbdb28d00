/** What a browser remembers between two calls, as long as the project's version stays. */
import type { ImageFilter, ImageQuery } from '../../contract/api/browse.ts'
import type { Db } from '../database.ts'
import { findHits, readNames, useHits, type Hits, type Names } from './names.ts'
import { orderBy, segmentsOf } from './order.ts'
import { readState } from './state.ts'
import { passes, readTally, tallySum, type Tally } from './tally.ts'
import type { Track } from './walk.ts'
import { from, whereOf, type SqlValue, type Where } from './where.ts'

/** Where one way of answering gives way to another. */
export interface BrowserLimits {
  /** Results up to this many images are kept as a list of places. */
  listed: number
  /** Found keys up to this many are handed to SQL as a list; more are asked for row by row. */
  listedHits: number
  /** Above this many rows, grouping along an index beats sorting. */
  sortedRows: number
}

export const defaultLimits: BrowserLimits = { listed: 50_000, listedHits: 20_000, sortedRows: 100_000 }
const keptQueries = 64

/** A query's order: a list of places where it is short, tracks along an index where it is long. */
export interface Order {
  total: number
  list: number[] | null
  tracks: Track[]
}

export interface Session {
  db: Db
  limits: BrowserLimits
  version: number
  names: { version: number; read: Names | null; hits: Map<string, Hits> }
  tally: Tally
  counts: Map<string, number>
  orders: Map<string, Order>
}

export function beginSession(db: Db, limits: BrowserLimits): Session {
  return {
    db,
    limits,
    version: -1,
    names: { version: -1, read: null, hits: new Map() },
    tally: { total: 0, classes: 0, splits: new Map(), rows: [] },
    counts: new Map(),
    orders: new Map(),
  }
}

/** Forgets what has changed. To be called in the transaction that reads. */
export function refresh(session: Session): void {
  const state = readState(session.db)
  if (state.version !== session.version) {
    session.version = state.version
    session.tally = readTally(session.db)
    session.counts.clear()
    session.orders.clear()
  }
  if (state.names !== session.names.version)
    session.names = { version: state.names, read: null, hits: new Map() }
}

function findText(session: Session, text: string): Hits {
  const { names } = session
  const known = names.hits.get(text)
  if (known) return known
  names.read ??= readNames(session.db)
  const hits = findHits(names.read, text)
  keep(names.hits, text, hits, 8)
  return hits
}

function keep<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= most) return
    map.delete(oldest)
  }
}

/** Conditions of a filter; statements with them must run before those of another text are asked for. */
export function conditions(session: Session, filter: ImageFilter): Where {
  const where = whereOf(
    session.db,
    session.tally,
    filter,
    text => findText(session, text),
    session.limits.listedHits,
  )
  useHits(session.db, where.hits)
  return where
}

const countRows = (db: Db, table: string, sql: string, values: readonly SqlValue[]): number =>
  db
    .prepare<SqlValue[], number>(`SELECT count(*) FROM ${table} WHERE ${sql}`)
    .pluck()
    .get(...values)!

/** How many images pass. */
export function countOf(session: Session, filter: ImageFilter): number {
  const key = JSON.stringify(filter)
  const known = session.counts.get(key)
  if (known !== undefined) return known
  const where = conditions(session, filter)
  const rest = { ...filter }
  delete rest.text
  const total = where.tallied
    ? tallySum(session.tally, passes(session.tally, filter))
    : where.hits && Object.keys(rest).length === 0
      ? where.hits.count
      : countRows(session.db, from(where), where.sql, where.values)
  keep(session.counts, key, total, 1000)
  return total
}

/** The order of a query, made once. */
export function orderOf(session: Session, query: ImageQuery): Order {
  const key = JSON.stringify([query.filter, query.sort.by, query.sort.descending])
  const known = session.orders.get(key)
  if (known) {
    if (known.tracks[0]) useHits(session.db, known.tracks[0].where.hits)
    return known
  }
  const { db } = session
  const total = countOf(session, query.filter)
  const where = conditions(session, query.filter)
  const order: Order = { total, list: null, tracks: [] }
  if (total <= session.limits.listed)
    order.list = db
      .prepare<SqlValue[], number>(
        `SELECT place FROM ${from(where)} WHERE ${where.sql} ORDER BY ${orderBy(query.sort)}`,
      )
      .pluck()
      .all(...where.values)
  const segments = segmentsOf(query.sort)
  const rest = segments.length > 1 ? unmeasured(session, query, where, segments[1]!.index!) : 0
  order.tracks = segments.map((segment, index) => ({
    segment,
    where,
    total: index === 1 ? rest : total - rest,
    anchors: [],
  }))
  keep(session.orders, key, order, keptQueries)
  return order
}

/** Images that pass and have no measure to be sorted by. */
function unmeasured(session: Session, query: ImageQuery, where: Where, index: string): number {
  const { filter, sort } = query
  if (sort.by === 'class')
    return countRows(session.db, `browse INDEXED BY ${index}`, `label = -1 AND ${where.sql}`, where.values)
  if (filter.confidence) return 0
  const pass = passes(session.tally, filter)
  const most = tallySum(session.tally, row => row.bin < 0 && pass(row))
  if (where.tallied || most === 0) return most
  return countRows(session.db, from(where), `confidence = -1 AND ${where.sql}`, where.values)
}
