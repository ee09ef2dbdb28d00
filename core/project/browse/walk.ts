/** Walking along an index to an offset from the nearest known place: an end, or a page that was shown before. */
import type { Db } from '../database.ts'
import { comparePositions, type Position, type Segment } from './order.ts'
import type { SqlValue, Where } from './where.ts'

/** A segment under a filter, with the positions known so far. */
export interface Track {
  segment: Segment
  where: Where
  /** Images of the segment that pass. */
  total: number
  /** By offset in the segment, ascending. */
  anchors: { offset: number; at: Position }[]
}

const maxAnchors = 10_000

const columns = (track: Track): string => {
  const { key } = track.segment
  return key === 'place' ? 'place AS key, place' : `${key} AS key, place`
}

/** Rows after (or before) a position in the order, nearest first; `from` null: from the end. */
function near(
  db: Db,
  track: Track,
  from: Position | null,
  forward: boolean,
  skip: number,
  limit: number,
): Position[] {
  const { segment, where } = track
  const up = forward !== segment.descending
  const parts = [segment.sql, segment.index ? where.sql : where.free]
  const values: SqlValue[] = [...where.values]
  if (from) {
    parts.push(
      segment.key === 'place'
        ? `place ${up ? '>' : '<'} ?`
        : `(${segment.key}, place) ${up ? '>' : '<'} (?, ?)`,
    )
    values.push(...(segment.key === 'place' ? [from.place] : [from.key, from.place]))
  }
  const way = up ? 'ASC' : 'DESC'
  const order = segment.key === 'place' ? `place ${way}` : `${segment.key} ${way}, place ${way}`
  const table = segment.index ? `browse INDEXED BY ${segment.index}` : 'browse'
  return db
    .prepare<SqlValue[], Position>(
      `SELECT ${columns(track)} FROM ${table} WHERE ${parts.join(' AND ')} ORDER BY ${order} LIMIT ? OFFSET ?`,
    )
    .all(...values, limit, skip)
}

/** Index of the last anchor at or before `offset`, or −1. */
function anchorBefore(track: Track, isBefore: (anchor: Track['anchors'][number]) => boolean): number {
  let low = 0
  let high = track.anchors.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBefore(track.anchors[middle]!)) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Keeps a position for later walks. */
export function remember(track: Track, offset: number, at: Position): void {
  const index = anchorBefore(track, anchor => anchor.offset <= offset)
  if (track.anchors[index]?.offset === offset || track.anchors.length >= maxAnchors) return
  track.anchors.splice(index + 1, 0, { offset, at })
}

/** Positions `offset … offset + limit − 1` of the segment. */
export function rangeOf(db: Db, track: Track, offset: number, limit: number): Position[] {
  const count = Math.min(limit, track.total - offset)
  if (count <= 0) return []
  const before = anchorBefore(track, anchor => anchor.offset <= offset)
  const earlier = track.anchors[before]
  const later = track.anchors[before + 1]
  const after = anchorBefore(track, anchor => anchor.offset < offset + count)
  const behind = track.anchors[after + 1]
  const ahead = earlier ? offset - earlier.offset : offset
  const back = (behind ? behind.offset : track.total) - (offset + count)
  let rows: Position[]
  if (earlier && earlier.offset === offset)
    rows = [earlier.at, ...near(db, track, earlier.at, true, 0, count - 1)]
  else if (ahead <= back || (later && later.offset < offset + count && !behind && ahead < back))
    rows = near(db, track, earlier?.at ?? null, true, earlier ? ahead - 1 : ahead, count)
  else rows = near(db, track, behind?.at ?? null, false, back, count).reverse()
  if (rows[0]) remember(track, offset, rows[0])
  if (rows.length > 1) remember(track, offset + rows.length - 1, rows.at(-1)!)
  return rows
}

/** How many images of the segment come before a position. */
export function countBefore(db: Db, track: Track, at: Position): number {
  const { segment } = track
  const anchor = track.anchors[anchorBefore(track, known => comparePositions(segment, known.at, at) <= 0)]
  if (anchor && anchor.at.place === at.place) return anchor.offset
  return (anchor?.offset ?? 0) + countBetween(db, track, anchor?.at ?? null, at)
}

/** Images from a position (null: the beginning; included) to another one (not included). */
function countBetween(db: Db, track: Track, start: Position | null, end: Position): number {
  const { segment, where } = track
  const { key } = segment
  const [from, to] = segment.descending ? ['<', '>'] : ['>', '<']
  const count = (index: string | null, bounds: string, values: readonly number[]): number =>
    db
      .prepare<SqlValue[], number>(
        `SELECT count(*) FROM browse ${index ? `INDEXED BY ${index}` : ''}
         WHERE ${segment.sql} AND ${index ? where.sql : where.free} AND ${bounds}`,
      )
      .pluck()
      .get(...where.values, ...values)!
  // Counting needs no order: a selective index is as good as that of the sort.
  const selective = where.index !== null && where.rows < track.total * 4
  if (key === 'place' || selective) {
    const compare = (sign: string): string =>
      key === 'place' ? `place ${sign} ?` : `(${key}, place) ${sign} (?, ?)`
    const values = (at: Position): number[] => (key === 'place' ? [at.place] : [at.key, at.place])
    const bounds = start ? `${compare(to)} AND ${compare(`${from}=`)}` : compare(to)
    return count(selective ? where.index : null, bounds, [...values(end), ...(start ? values(start) : [])])
  }
  // Ranges of one column are bounds of the index, which cost nothing a row; pairs are compared row by row.
  const range = (bounds: string, ...values: number[]): number => count(segment.index, bounds, values)
  if (start?.key === end.key)
    return range(`${key} = ? AND place ${from}= ? AND place ${to} ?`, end.key, start.place, end.place)
  const last = range(`${key} = ? AND place ${to} ?`, end.key, end.place)
  if (!start) return last + range(`${key} ${to} ?`, end.key)
  return (
    last +
    range(`${key} ${to} ? AND ${key} ${from} ?`, end.key, start.key) +
    range(`${key} = ? AND place ${from}= ?`, start.key, start.place)
  )
}

/** The image next to a position, which need not be in the segment itself; null: from the end. */
export function neighbour(db: Db, track: Track, at: Position | null, forward: boolean): Position | null {
  return near(db, track, at, forward, 0, 1)[0] ?? null
}
