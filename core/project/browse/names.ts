/** Text search: the folded keys lie in SQLite as lines, 1024 places a row, and are searched as bytes. */
import type { Db } from '../database.ts'
import { fold } from './fold.ts'

/** What `browse_hit(place)` asks, by connection. */
const inUse = new WeakMap<Db, { hits: Hits | null }>()

/** Makes `browse_hit(place)` in SQL ask these hits, until other ones are used. */
export function useHits(db: Db, hits: Hits | null): void {
  const known = inUse.get(db)
  if (known) {
    known.hits = hits
    return
  }
  const slot = { hits }
  inUse.set(db, slot)
  db.function('browse_hit', place => (slot.hits?.has(Number(place)) ? 1 : 0))
}

/** The keys of a project, as they were when they were read. */
export interface Names {
  chunks: { first: number; keys: Buffer }[]
}

/** The images whose key holds a text. */
export interface Hits {
  count: number
  has(place: number): boolean
  /** Ascending. */
  places(): number[]
}

/** A million keys are some 45 MB. */
export function readNames(db: Db): Names {
  const rows = db
    .prepare<[], { chunk: number; keys: Buffer }>('SELECT chunk, keys FROM browse_names ORDER BY chunk')
    .all()
  return { chunks: rows.map(row => ({ first: row.chunk * 1024, keys: row.keys })) }
}

const newline = 10

/** Like `indexOf`, and faster where the next match is near. */
function matchAfter(keys: Buffer, wanted: Buffer, start: number): number {
  const near = Math.min(keys.length - wanted.length, start + 256)
  const first = wanted[0]
  for (let at = start; at <= near; at++) {
    if (keys[at] !== first) continue
    let length = 1
    while (length < wanted.length && keys[at + length] === wanted[length]) length++
    if (length === wanted.length) return at
  }
  return near < start ? -1 : keys.indexOf(wanted, near)
}

/** Searches for a part of the key, whatever its case. */
export function findHits(names: Names, text: string): Hits {
  const wanted = Buffer.from(fold(text))
  const found = new Map<number, Uint8Array>()
  let count = 0
  for (const { first, keys } of names.chunks) {
    let at = keys.indexOf(wanted)
    if (at < 0) continue
    const bits = new Uint8Array(1024)
    let line = 0
    let start = 0
    while (at >= 0) {
      for (; start < at; start++) if (keys[start] === newline) line++
      bits[line] = 1
      count++
      while (start < keys.length && keys[start] !== newline) start++
      at = start < keys.length ? matchAfter(keys, wanted, start) : -1
    }
    found.set(first / 1024, bits)
  }
  return {
    count,
    has: place => found.get(Math.floor(place / 1024))?.[place % 1024] === 1,
    places() {
      const places: number[] = []
      for (const [chunk, bits] of found)
        for (let line = bits.indexOf(1); line >= 0; line = bits.indexOf(1, line + 1))
          places.push(chunk * 1024 + line)
      return places
    },
  }
}
