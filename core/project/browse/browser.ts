/** Answers to a project's queries: counts, pages, places and histograms, with what is worth remembering between them. */
import type { Histograms, ImageFilter, ImageItem, ImageQuery } from '../../contract/api/browse.ts'
import { guarded } from '../database.ts'
import type { Project } from '../project.ts'
import { histogramsOf } from './histograms.ts'
import { itemsAt } from './items.ts'
import { keyOf, segmentOf, type Position } from './order.ts'
import {
  beginSession,
  conditions,
  countOf,
  defaultLimits,
  orderOf,
  refresh,
  type BrowserLimits,
  type Order,
  type Session,
} from './session.ts'
import { countBefore, neighbour, rangeOf, remember } from './walk.ts'
import type { SqlValue } from './where.ts'

/** Reads a project, of which it sees every change that is committed. All errors are `RelabelError`s. */
export interface Browser {
  /** `version` changes whenever any answer may have changed. */
  count(query: ImageQuery): { total: number; version: number }
  page(
    query: ImageQuery,
    offset: number,
    limit: number,
  ): { offset: number; items: ImageItem[]; total: number; version: number }
  /** Ids alone, of the same rows as `page`. */
  ids(query: ImageQuery, offset: number, limit: number): number[]
  /**
   * Offset of an image in a query's order, null where it does not pass the filter; the neighbours are those it has, or
   * would have.
   */
  place(
    query: ImageQuery,
    id: number,
  ): { offset: number | null; previous: number | null; next: number | null; total: number }
  histograms(filter: ImageFilter): Histograms
  version(): number
}

/** `project` may be a connection that only reads; it must not be closed while the browser is used. */
export function openBrowser(project: Project, limits: Partial<BrowserLimits> = {}): Browser {
  const { db } = project
  db.pragma('cache_size = -131072')
  db.pragma('mmap_size = 2147483648')
  const session = beginSession(db, { ...defaultLimits, ...limits })
  const reading = <T>(action: () => T): T =>
    guarded(db.name, () =>
      db
        .transaction(() => {
          refresh(session)
          return action()
        })
        .deferred(),
    )
  return {
    count: query => reading(() => ({ total: countOf(session, query.filter), version: session.version })),
    page: (query, offset, limit) =>
      reading(() => {
        const order = orderOf(session, query)
        const items = itemsAt(db, placesAt(session, order, offset, limit))
        return { offset, items, total: order.total, version: session.version }
      }),
    ids: (query, offset, limit) =>
      reading(() => imagesAt(session, placesAt(session, orderOf(session, query), offset, limit))),
    place: (query, id) => reading(() => placeOf(session, query, id)),
    histograms: filter => reading(() => histogramsOf(session, filter)),
    version: () => reading(() => session.version),
  }
}

function placesAt(session: Session, order: Order, offset: number, limit: number): number[] {
  if (order.list) return order.list.slice(offset, offset + limit)
  const places: number[] = []
  let first = 0
  for (const track of order.tracks) {
    const start = Math.max(0, offset - first)
    const count = Math.min(limit - places.length, track.total - start)
    if (count > 0) for (const row of rangeOf(session.db, track, start, count)) places.push(row.place)
    first += track.total
  }
  return places
}

function imagesAt(session: Session, places: readonly (number | undefined)[]): number[] {
  const find = session.db.prepare<[number], number>('SELECT image FROM browse WHERE place = ?').pluck()
  return places.flatMap(place => (place === undefined ? [] : (find.get(place) ?? [])))
}

function placeOf(session: Session, query: ImageQuery, id: number): ReturnType<Browser['place']> {
  const { db } = session
  const order = orderOf(session, query)
  const key = keyOf(query.sort)
  const at = db.prepare<[number], Position>(`SELECT ${key} AS key, place FROM browse WHERE image = ?`).get(id)
  const { total } = order
  if (!at) return { offset: null, previous: null, next: null, total }
  const image = (place: number | undefined): number | null => imagesAt(session, [place])[0] ?? null
  const listed = order.list?.indexOf(at.place) ?? -1
  if (order.list && listed >= 0)
    return {
      offset: listed,
      previous: image(order.list[listed - 1]),
      next: image(order.list[listed + 1]),
      total,
    }
  const segments = order.tracks.map(track => track.segment)
  const index = segmentOf(segments, at)
  const track = order.tracks[index]!
  const belongs = order.list === null && passesAt(session, query, at.place)
  let offset: number | null = null
  if (belongs) {
    const inside = countBefore(db, track, at)
    remember(track, inside, at)
    offset = inside + (index === 1 ? order.tracks[0]!.total : 0)
  }
  const before = order.tracks[index - 1]
  const after = order.tracks[index + 1]
  const previous = neighbour(db, track, at, false) ?? (before ? neighbour(db, before, null, false) : null)
  const next = neighbour(db, track, at, true) ?? (after ? neighbour(db, after, null, true) : null)
  return { offset, previous: image(previous?.place), next: image(next?.place), total }
}

function passesAt(session: Session, query: ImageQuery, place: number): boolean {
  const where = conditions(session, query.filter)
  return (
    session.db
      .prepare<SqlValue[]>(`SELECT 1 FROM browse WHERE place = ? AND ${where.sql}`)
      .get(place, ...where.values) !== undefined
  )
}
