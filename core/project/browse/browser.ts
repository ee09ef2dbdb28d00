/** Answers a project's queries (counts, pages, places, histograms) and caches what later queries can reuse. */
import type { Histograms, ImageFilter, ImageItem, ImageQuery } from '../../contract/api/browse.ts'
import { guarded } from '../database/connection.ts'
import type { Project } from '../database/handle.ts'
import { splitPlaces } from './columns.ts'
import { histogramsOf } from './histograms.ts'
import { itemsAt } from './image-items.ts'
import { offsetOf, orderOf, rankAt, type Order } from './order.ts'
import { createQueryCache, countOf, refresh, warmUp, type QueryCache } from './query-cache.ts'

/** Reads a project and sees every committed change. All errors are `RelabelError`s. */
export interface Browser {
  /** `version` changes whenever any answer may have changed. */
  count(query: ImageQuery): { total: number; version: number }
  page(
    query: ImageQuery,
    offset: number,
    limit: number,
  ): { offset: number; items: ImageItem[]; total: number; version: number }
  /** Only the ids of the same rows as `page`. */
  ids(query: ImageQuery, offset: number, limit: number): number[]
  /**
   * Offset of an image in a query's order, null if it does not pass the filter; the neighbours are those it has, or
   * would have.
   */
  place(
    query: ImageQuery,
    id: number,
  ): { offset: number | null; previous: number | null; next: number | null; total: number }
  histograms(filter: ImageFilter): Histograms
  version(): number
  /**
   * Reads ahead for 10 to 20 ms, of the half second that the first filter or sort of a million images would
   * take otherwise; false: everything is loaded. Call it when idle.
   */
  warm(): boolean
}

/** `project` may be a read-only connection; it must stay open while the browser is used. */
export function openBrowser(project: Project): Browser {
  const { db } = project
  db.pragma('cache_size = -131072')
  db.pragma('mmap_size = 2147483648')
  const cache = createQueryCache(db)
  const reading = <T>(action: () => T): T =>
    guarded(db.name, () =>
      db
        .transaction(() => {
          refresh(cache)
          return action()
        })
        .deferred(),
    )
  return {
    count: query => reading(() => ({ total: countOf(cache, query.filter), version: cache.version })),
    page: (query, offset, limit) =>
      reading(() => {
        const order = orderOf(cache, query)
        const items = itemsAt(db, placesAt(cache, order, offset, limit))
        return { offset, items, total: order.total, version: cache.version }
      }),
    ids: (query, offset, limit) =>
      reading(() => imagesAt(cache, placesAt(cache, orderOf(cache, query), offset, limit))),
    place: (query, id) => reading(() => placeOf(cache, query, id)),
    histograms: filter => reading(() => histogramsOf(cache, filter)),
    version: () => reading(() => cache.version),
    warm: () => reading(() => warmUp(cache)),
  }
}

function placeAt({ stretches }: QueryCache, rank: number): number {
  const stretch = stretches.findLast(({ first }) => first <= rank)!
  return stretch.split * splitPlaces + rank - stretch.first
}

function rankOf({ stretches }: QueryCache, place: number): number {
  const split = Math.floor(place / splitPlaces)
  return stretches.find(one => one.split === split)!.first + (place % splitPlaces)
}

/** Places of the offsets that exist. */
function placesAt(cache: QueryCache, order: Order, offset: number, limit: number): number[] {
  const places: number[] = []
  const end = Math.min(order.total, offset + limit)
  for (let at = Math.max(0, offset); at < end; at++) places.push(placeAt(cache, rankAt(order, at)))
  return places
}

function imagesAt(cache: QueryCache, places: readonly number[]): number[] {
  const find = cache.db.prepare<[number], number>('SELECT image FROM browse WHERE place = ?').pluck()
  return places.flatMap(place => find.get(place) ?? [])
}

function placeOf(cache: QueryCache, query: ImageQuery, id: number): ReturnType<Browser['place']> {
  const order = orderOf(cache, query)
  const { total } = order
  const place = cache.db.prepare<[number], number>('SELECT place FROM browse WHERE image = ?').pluck().get(id)
  if (place === undefined) return { offset: null, previous: null, next: null, total }
  const { offset, belongs } = offsetOf(cache, query, order, rankOf(cache, place))
  const image = (at: number): number | null => imagesAt(cache, placesAt(cache, order, at, 1))[0] ?? null
  return {
    offset: belongs ? offset : null,
    previous: offset > 0 ? image(offset - 1) : null,
    next: image(belongs ? offset + 1 : offset),
    total,
  }
}
