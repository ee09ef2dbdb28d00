/** Caches results between calls, as long as the project's version is unchanged. */
import type { ImageFilter } from '../../contract/api/browse.ts'
import type { Db } from '../database/connection.ts'
import {
  beginColumns,
  noteChanges,
  readChunks,
  readStretches,
  sortStep,
  type Columns,
  type Stretch,
} from './columns.ts'
import { needsColumns, reasonsAgainst } from './filter-reasons.ts'
import { createSearchText, findHits, readSearchText, type Hits, type SearchText } from './text-search.ts'
import { readState } from './browse-state.ts'
import { passes, readStateCounts, sumCounts, type StateCounts } from './state-counts.ts'

/** Reasons why images do not pass, by rank (`reason` in filter-reasons.ts), and the number that pass. */
export interface Result {
  reasons: Uint8Array
  total: number
}

export interface QueryCache {
  db: Db
  version: number
  stretches: Stretch[]
  stateCounts: StateCounts
  /** Whether some images still wait for their measures; the counts are then outdated. */
  filling: boolean
  names: { version: number; read: SearchText | null; hits: Map<string, Hits> }
  columns: Columns | null
  counts: Map<string, number>
  results: Map<string, Result>
  /** Ranks by query. */
  lists: Map<string, Uint32Array>
}

/** For a million images, a result or search takes a megabyte, a list four. */
const kept = { hits: 4, results: 8, lists: 8, counts: 1000 }

export function createQueryCache(db: Db): QueryCache {
  return {
    db,
    version: -1,
    stretches: [],
    stateCounts: { total: 0, classes: 0, splits: new Map(), rows: [] },
    filling: false,
    names: { version: -1, read: null, hits: new Map() },
    columns: null,
    counts: new Map(),
    results: new Map(),
    lists: new Map(),
  }
}

/** Drops outdated entries. Call it in the transaction that reads. */
export function refresh(cache: QueryCache): void {
  const { db } = cache
  const state = readState(db)
  if (state.version === cache.version) return
  cache.version = state.version
  cache.filling = state.filled !== null
  cache.stateCounts = readStateCounts(db)
  cache.counts.clear()
  cache.results.clear()
  cache.lists.clear()
  if (state.names !== cache.names.version) {
    cache.stretches = readStretches(db)
    cache.names = { version: state.names, read: null, hits: new Map() }
    cache.columns = null
  } else if (cache.columns) noteChanges(db, cache.columns, state.version)
}

/** All columns, after reading the missing parts. */
export function columnsOf(cache: QueryCache): Columns {
  cache.columns ??= beginColumns(cache.db, cache.stretches)
  readChunks(cache.db, cache.columns)
  return cache.columns
}

/** Reads ahead for later queries, for about 10 to 20 ms; false: everything is loaded. */
export function warmUp(cache: QueryCache): boolean {
  const { db, names } = cache
  names.read ??= createSearchText(cache.stretches)
  if (!names.read.whole) return !readSearchText(db, names.read, 128) || cache.columns === null
  cache.columns ??= beginColumns(db, cache.stretches)
  if (!readChunks(db, cache.columns, 16)) return true
  const { columns } = cache
  const key = (['score', 'confidence', 'label'] as const).find(each => !columns.sorted.has(each))
  if (key) sortStep(columns, key)
  return key !== undefined
}

function keep<T>(map: Map<string, T>, key: string, value: T, most: number): T {
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= most) break
    map.delete(oldest)
  }
  return value
}

/** Returns the cached value, which becomes the most recent, or the result of `make`. */
function recall<T>(map: Map<string, T>, key: string, most: number, make: () => T): T {
  const known = map.get(key)
  if (known === undefined) return keep(map, key, make(), most)
  map.delete(key)
  map.set(key, known)
  return known
}

function hitsOf(cache: QueryCache, text: string): Hits {
  const { names } = cache
  return recall(names.hits, text, kept.hits, () => {
    names.read ??= createSearchText(cache.stretches)
    readSearchText(cache.db, names.read)
    return findHits(names.read, text)
  })
}

/** The query concerns only states and splits, which the counts by state answer. */
const answeredByCounts = ({ text, classes, predicted, confidence }: ImageFilter): boolean =>
  !text && !classes?.length && !predicted?.length && !confidence

/** Number of images that pass. */
export function countOf(cache: QueryCache, filter: ImageFilter): number {
  return recall(cache.counts, JSON.stringify(filter), kept.counts, () => {
    if (isAll(cache, filter)) return cache.stateCounts.total
    if (answeredByCounts(filter) && !cache.filling)
      return sumCounts(cache.stateCounts, passes(cache.stateCounts, filter))
    return filter.text && !needsColumns(filter)
      ? hitsOf(cache, filter.text).count
      : resultOf(cache, filter).total
  })
}

/** Whether every image passes, without checking them. */
function isAll(cache: QueryCache, filter: ImageFilter): boolean {
  if (needsColumns(filter)) return false
  return !filter.text || hitsOf(cache, filter.text).count === cache.stateCounts.total
}

/** Ids of the splits that a filter lets pass. */
function splitsOf({ stateCounts }: QueryCache, filter: ImageFilter): Set<number> {
  const names = filter.splits && filter.splits.length > 0 ? filter.splits : null
  return new Set(
    [...stateCounts.splits].flatMap(([id, name]) => (!names || names.includes(name) ? [id] : [])),
  )
}

function resultOf(cache: QueryCache, filter: ImageFilter): Result {
  return recall(cache.results, JSON.stringify(filter), kept.results, () => {
    const columns = needsColumns(filter) ? columnsOf(cache) : null
    const hits = filter.text ? hitsOf(cache, filter.text) : null
    const reasons = reasonsAgainst(filter, cache.stretches, splitsOf(cache, filter), columns, hits)
    let total = 0
    for (let rank = 0; rank < reasons.length; rank++) if (reasons[rank] === 0) total++
    return { reasons, total }
  })
}

/** The reasons that exclude each image; null: no image is excluded. */
export function reasonsFor(cache: QueryCache, filter: ImageFilter): Uint8Array | null {
  return isAll(cache, filter) ? null : resultOf(cache, filter).reasons
}

/** A query's list, cached. */
export function listFor(cache: QueryCache, key: string, make: () => Uint32Array): Uint32Array {
  return recall(cache.lists, key, kept.lists, make)
}
