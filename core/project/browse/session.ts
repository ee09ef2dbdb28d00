/** What a browser remembers between two calls, as long as the project's version stays. */
import type { ImageFilter } from '../../contract/api/browse.ts'
import type { Db } from '../database.ts'
import {
  beginColumns,
  noteChanges,
  readChunks,
  readStretches,
  sortStep,
  type Columns,
  type Stretch,
} from './columns.ts'
import { asksColumns, failsOf } from './fails.ts'
import { beginNames, findHits, readNames, type Hits, type Names } from './names.ts'
import { readState } from './state.ts'
import { passes, readTally, tallySum, type Tally } from './tally.ts'

/** Reasons why images do not pass, by rank (`reason` in fails.ts), and how many do. */
export interface Result {
  fails: Uint8Array
  total: number
}

export interface Session {
  db: Db
  version: number
  stretches: Stretch[]
  tally: Tally
  /** Whether some images wait for their measures: the tally counts former ones then. */
  filling: boolean
  names: { version: number; read: Names | null; hits: Map<string, Hits> }
  columns: Columns | null
  counts: Map<string, number>
  results: Map<string, Result>
  /** Ranks by query. */
  lists: Map<string, Uint32Array>
}

/** A million images take a megabyte a result or search, four a list. */
const kept = { hits: 4, results: 8, lists: 8, counts: 1000 }

export function beginSession(db: Db): Session {
  return {
    db,
    version: -1,
    stretches: [],
    tally: { total: 0, classes: 0, splits: new Map(), rows: [] },
    filling: false,
    names: { version: -1, read: null, hits: new Map() },
    columns: null,
    counts: new Map(),
    results: new Map(),
    lists: new Map(),
  }
}

/** Forgets what has changed. To be called in the transaction that reads. */
export function refresh(session: Session): void {
  const { db } = session
  const state = readState(db)
  if (state.version === session.version) return
  session.version = state.version
  session.filling = state.filled !== null
  session.tally = readTally(db)
  session.counts.clear()
  session.results.clear()
  session.lists.clear()
  if (state.names !== session.names.version) {
    session.stretches = readStretches(db)
    session.names = { version: state.names, read: null, hits: new Map() }
    session.columns = null
  } else if (session.columns) noteChanges(db, session.columns, state.version)
}

/** All columns, read as far as they are not. */
export function columnsOf(session: Session): Columns {
  session.columns ??= beginColumns(session.db, session.stretches)
  readChunks(session.db, session.columns)
  return session.columns
}

/** Reads a little of what later questions will need, some 10 to 20 ms; false: everything is there. */
export function warmUp(session: Session): boolean {
  const { db, names } = session
  names.read ??= beginNames(session.stretches)
  if (!names.read.whole) return !readNames(db, names.read, 128) || session.columns === null
  session.columns ??= beginColumns(db, session.stretches)
  if (!readChunks(db, session.columns, 16)) return true
  const { columns } = session
  const key = (['score', 'confidence', 'label'] as const).find(each => !columns.sorted.has(each))
  if (key) sortStep(columns, key)
  return key !== undefined
}

export function keep<T>(map: Map<string, T>, key: string, value: T, most: number): T {
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= most) break
    map.delete(oldest)
  }
  return value
}

/** What was kept, which is the newest then, or what `make` makes. */
function recall<T>(map: Map<string, T>, key: string, most: number, make: () => T): T {
  const known = map.get(key)
  if (known === undefined) return keep(map, key, make(), most)
  map.delete(key)
  map.set(key, known)
  return known
}

export function hitsOf(session: Session, text: string): Hits {
  const { names } = session
  return recall(names.hits, text, kept.hits, () => {
    names.read ??= beginNames(session.stretches)
    readNames(session.db, names.read)
    return findHits(names.read, text)
  })
}

/** Only states and splits are asked, of which the tally has the answer. */
const isTallied = ({ text, classes, predicted, confidence }: ImageFilter): boolean =>
  !text && !classes?.length && !predicted?.length && !confidence

/** How many images pass. */
export function countOf(session: Session, filter: ImageFilter): number {
  return recall(session.counts, JSON.stringify(filter), kept.counts, () => {
    if (isAll(session, filter)) return session.tally.total
    if (isTallied(filter) && !session.filling) return tallySum(session.tally, passes(session.tally, filter))
    return filter.text && !asksColumns(filter)
      ? hitsOf(session, filter.text).count
      : resultOf(session, filter).total
  })
}

/** Whether every image passes without a look. */
function isAll(session: Session, filter: ImageFilter): boolean {
  if (asksColumns(filter)) return false
  return !filter.text || hitsOf(session, filter.text).count === session.tally.total
}

/** Ids of the splits that a filter lets pass. */
function splitsOf({ tally }: Session, filter: ImageFilter): Set<number> {
  const names = filter.splits && filter.splits.length > 0 ? filter.splits : null
  return new Set([...tally.splits].flatMap(([id, name]) => (!names || names.includes(name) ? [id] : [])))
}

export function resultOf(session: Session, filter: ImageFilter): Result {
  return recall(session.results, JSON.stringify(filter), kept.results, () => {
    const columns = asksColumns(filter) ? columnsOf(session) : null
    const hits = filter.text ? hitsOf(session, filter.text) : null
    const fails = failsOf(filter, session.stretches, splitsOf(session, filter), columns, hits)
    let total = 0
    for (let rank = 0; rank < fails.length; rank++) if (fails[rank] === 0) total++
    return { fails, total }
  })
}

/** The reasons against each image; null: none against any. */
export function failsFor(session: Session, filter: ImageFilter): Uint8Array | null {
  return isAll(session, filter) ? null : resultOf(session, filter).fails
}

/** A query's list, kept. */
export function listFor(session: Session, key: string, make: () => Uint32Array): Uint32Array {
  return recall(session.lists, key, kept.lists, make)
}
