/** Images as lists show them. */
import { fail, RelabelError } from '../../base/error.ts'
import { imageItem as imageItemSchema, type ImageItem } from '../../contract/api/browse.ts'
import { rootLabel } from '../database/classes.ts'
import type { Db } from '../database/connection.ts'
import type { Project } from '../database/handle.ts'
import { parseRow, type Table } from '../database/rows.ts'
import { reviewOf, stateBits } from './state-bits.ts'

const table: Table<ImageItem> = { name: 'images', key: 'id', row: imageItemSchema }

const select = `
  SELECT images.id, splits.name AS split, images.path, ${rootLabel} AS label, images.width, images.height, images.problem,
    browse.bits, facts.top, facts.confidence, facts.margin, facts.entropy, facts.listed, facts.disputed, facts.score
  FROM browse JOIN images ON images.id = browse.image JOIN splits ON splits.id = images.split
  LEFT JOIN facts ON facts.annotation = (SELECT annotation FROM browse_state) AND facts.image = images.id`

/** A row as an item, before validation. */
function composed(row: Record<string, unknown>): unknown {
  const { split, path, bits, top, confidence, margin, entropy, listed, disputed, score, ...image } = row
  const states = typeof bits === 'number' ? bits : 0
  const facts = {
    top,
    confidence,
    margin,
    entropy,
    listed: listed === null ? null : listed === 1,
    disputed,
    score,
  }
  return {
    ...image,
    key: `${String(split)}/${String(path)}`,
    split,
    path,
    review: reviewOf(states),
    corrected: (states & stateBits.corrected.yes) !== 0,
    changed: (states & stateBits.changed.yes) !== 0,
    facts: top === null ? null : facts,
  }
}

/** The images at some places, in that order; an image with an invalid row keeps its position and reports the problem. */
export function itemsAt(db: Db, places: readonly number[]): ImageItem[] {
  const find = db.prepare<[number], Record<string, unknown>>(`${select} WHERE browse.place = ?`)
  return places.flatMap(place => {
    const row = find.get(place)
    return row ? [itemOr(db, row)] : []
  })
}

function itemOr(db: Db, row: Record<string, unknown>): ImageItem {
  try {
    return parseRow(db, table, composed(row))
  } catch (error) {
    if (!(error instanceof RelabelError)) throw error
    return damagedItem(Number(row.id), error.message)
  }
}

const damagedItem = (id: number, problem: string): ImageItem => ({
  id,
  key: `image ${id}`,
  split: '',
  path: '',
  label: null,
  width: 0,
  height: 0,
  problem,
  review: 'none',
  corrected: false,
  changed: false,
  facts: null,
})

/** One image by id or key (`train/cat/0001.jpg`); fails with `not-found`, or `bad-project` for a bad row. */
export function imageItem(project: Project, which: { id: number } | { key: string }): ImageItem {
  const { db } = project
  const item = (row: Record<string, unknown> | undefined, name: string): ImageItem =>
    row ? parseRow(db, table, composed(row)) : fail('not-found', `the project has no image ${name}`, which)
  if ('id' in which) {
    const row = db
      .prepare<[number], Record<string, unknown>>(`${select} WHERE browse.image = ?`)
      .get(which.id)
    return item(row, `with the id ${which.id}`)
  }
  const slash = which.key.indexOf('/')
  const row = db
    .prepare<[string, string], Record<string, unknown>>(
      `${select} WHERE images.split = (SELECT id FROM splits WHERE name = ?) AND images.path = ?`,
    )
    .get(which.key.slice(0, Math.max(0, slash)), which.key.slice(slash + 1))
  return item(row, `"${which.key.slice(0, 200)}"`)
}
