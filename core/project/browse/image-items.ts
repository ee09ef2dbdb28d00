/** Images as lists show them. */
import { fail } from '../../base/error.ts'
import type { ImageItem } from '../../contract/api/browse.ts'
import type { Db } from '../database/connection.ts'
import type { Project } from '../database/handle.ts'
import { reviewOf, stateBits } from './state-bits.ts'

interface StoredItem {
  id: number
  split: string
  path: string
  label: number | null
  width: number
  height: number
  problem: string | null
  bits: number
  top: number | null
  confidence: number
  margin: number
  entropy: number
  listed: number | null
  disputed: number
  score: number
}

const select = `
  SELECT images.id, splits.name AS split, images.path, images.label, images.width, images.height, images.problem,
    browse.bits, facts.top, facts.confidence, facts.margin, facts.entropy, facts.listed, facts.disputed, facts.score
  FROM browse JOIN images ON images.id = browse.image JOIN splits ON splits.id = images.split
  LEFT JOIN facts ON facts.annotation = (SELECT annotation FROM browse_state) AND facts.image = images.id`

const itemOf = (row: StoredItem): ImageItem => ({
  id: row.id,
  key: `${row.split}/${row.path}`,
  split: row.split,
  path: row.path,
  label: row.label,
  width: row.width,
  height: row.height,
  problem: row.problem,
  review: reviewOf(row.bits),
  corrected: (row.bits & stateBits.corrected.yes) !== 0,
  facts:
    row.top === null
      ? null
      : {
          top: row.top,
          confidence: row.confidence,
          margin: row.margin,
          entropy: row.entropy,
          listed: row.listed === null ? null : row.listed === 1,
          disputed: row.disputed,
          score: row.score,
        },
})

/** The images at some places, in that order. */
export function itemsAt(db: Db, places: readonly number[]): ImageItem[] {
  const find = db.prepare<[number], StoredItem>(`${select} WHERE browse.place = ?`)
  return places.flatMap(place => {
    const row = find.get(place)
    return row ? [itemOf(row)] : []
  })
}

/** One image by id or key (`train/cat/0001.jpg`); fails with `not-found`. */
export function imageItem(project: Project, which: { id: number } | { key: string }): ImageItem {
  const { db } = project
  if ('id' in which) {
    const row = db.prepare<[number], StoredItem>(`${select} WHERE browse.image = ?`).get(which.id)
    return row ? itemOf(row) : fail('not-found', `the project has no image with the id ${which.id}`, which)
  }
  const slash = which.key.indexOf('/')
  const row = db
    .prepare<[string, string], StoredItem>(
      `${select} WHERE images.split = (SELECT id FROM splits WHERE name = ?) AND images.path = ?`,
    )
    .get(which.key.slice(0, Math.max(0, slash)), which.key.slice(slash + 1))
  return row ? itemOf(row) : fail('not-found', `the project has no image "${which.key.slice(0, 200)}"`, which)
}
