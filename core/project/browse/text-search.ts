/** Text search: the case-folded keys are stored in SQLite as lines, 1024 places per row, and searched as bytes. */
import type { Db } from '../database/connection.ts'
import { noteDamage } from '../database/damage.ts'
import { rowError } from '../database/rows.ts'
import { chunkRows, splitPlaces, type Stretch } from './columns.ts'
import { foldText } from '../database/fold-text.ts'

/** The keys of a project, in the order of their places. */
export interface SearchText {
  count: number
  chunks: { rank: number; keys: Buffer; starts: Uint32Array }[]
  stretches: readonly Stretch[]
  /** The last row that was read. */
  last: number
  whole: boolean
}

/** The images whose key contains a text. */
export interface Hits {
  count: number
  /** By rank: 1 if it does. */
  found: Uint8Array
}

export function createSearchText(stretches: readonly Stretch[]): SearchText {
  const count = stretches.reduce((sum, stretch) => sum + stretch.count, 0)
  return { count, chunks: [], stretches, last: -1, whole: false }
}

/** Reads up to `most` more rows; a million keys take about 45 MB. True: all are loaded. */
export function readSearchText(db: Db, names: SearchText, most = 1e9): boolean {
  if (names.whole) return true
  const rows = db
    .prepare<[number, number], { chunk: number; keys: Buffer }>(
      'SELECT chunk, keys FROM browse_names WHERE chunk > ? ORDER BY chunk LIMIT ?',
    )
    .all(names.last, most)
  const first = new Map(names.stretches.map(stretch => [stretch.split, stretch.first]))
  const perSplit = splitPlaces / chunkRows
  for (const { chunk, keys } of rows) {
    names.last = chunk
    if (!Buffer.isBuffer(keys)) {
      noteDamage(db, rowError(db, 'browse_names', String(chunk), 'keys', 'is not a list of names').message)
      continue
    }
    const start = first.get(Math.floor(chunk / perSplit))
    if (start !== undefined)
      names.chunks.push({ rank: start + (chunk % perSplit) * chunkRows, keys, starts: lineStarts(keys) })
  }
  names.whole = rows.length < most
  return names.whole
}

const newline = 10

/** Start of each line, plus one entry for the end. */
function lineStarts(keys: Buffer): Uint32Array {
  const starts = new Uint32Array(chunkRows + 1)
  let lines = 1
  for (let at = 0; at < keys.length; at++) if (keys[at] === newline) starts[lines++] = at + 1
  starts[lines] = keys.length + 1
  return starts.subarray(0, lines + 1)
}

function isAt(keys: Buffer, wanted: Buffer, at: number): boolean {
  for (let i = 0; i < wanted.length; i++) if (keys[at + i] !== wanted[i]) return false
  return true
}

/** Like `indexOf`, but faster if the next match is near. */
function matchAfter(keys: Buffer, wanted: Buffer, start: number): number {
  const near = Math.min(keys.length - wanted.length, start + 256)
  const first = wanted[0]
  for (let at = start; at <= near; at++) if (keys[at] === first && isAt(keys, wanted, at)) return at
  return near < start ? -1 : keys.indexOf(wanted, near)
}

/** Searches for a part of the key, case-insensitively. */
export function findHits(names: SearchText, text: string): Hits {
  const wanted = Buffer.from(foldText(text))
  const found = new Uint8Array(names.count)
  let count = 0
  for (const { rank, keys, starts } of names.chunks) {
    const lines = starts.length - 1
    let at = keys.indexOf(wanted)
    let line = 0
    while (at >= 0) {
      while (starts[line + 1]! <= at) line++
      const fromStart = at - starts[line]!
      const fromEnd = starts[line + 1]! - at
      found[rank + line++] = 1
      count++
      // Adjacent keys are similar: the next match is often at the same distance from an end of its line.
      for (; line < lines; line++) {
        const start = starts[line]!
        const end = starts[line + 1]!
        const fits =
          (start + fromStart + wanted.length < end && isAt(keys, wanted, start + fromStart)) ||
          (end - fromEnd >= start && isAt(keys, wanted, end - fromEnd))
        if (!fits) break
        found[rank + line] = 1
        count++
      }
      at = line < lines ? matchAfter(keys, wanted, starts[line]!) : -1
    }
  }
  return { count, found }
}
