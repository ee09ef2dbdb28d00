/** Keeps the browse table in sync with the images: new images get a place; big changes rebuild it. */
import { rootLabel } from '../database/classes.ts'
import type { Db } from '../database/connection.ts'
import { browseIndexes, browseNames, browseTally, browseTriggers } from '../database/migrations/browse.ts'
import { changed } from './browse-state.ts'

const bitsOf = `(1 << coalesce(reviews.state, 0)) | iif(corrections.entries > 0, 64, 32)
  | CASE WHEN facts.top IS NULL OR images.label IS NULL THEN 128 WHEN facts.top = ${rootLabel} THEN 256 ELSE 512 END
  | CASE facts.listed WHEN 1 THEN 4096 WHEN 0 THEN 2048 ELSE 1024 END
  | iif(images.problem IS NULL, 8192, 16384)
  | iif(label_originals.image IS NULL OR label_originals.value IS images.label, 32768, 65536)`

/** Rows of the browse table from all known data; the place is the first column. */
const rowsOf = (place: string): string => `
  INSERT INTO browse (place, split, image, bits, label, top, confidence, score)
  SELECT ${place}, images.split, images.id, ${bitsOf}, coalesce(${rootLabel}, -1),
    coalesce(facts.top, -1), coalesce(facts.confidence, -1), coalesce(facts.score, -1)
  FROM images CROSS JOIN browse_state
  LEFT JOIN facts ON facts.annotation = browse_state.annotation AND facts.image = images.id
  LEFT JOIN corrections ON corrections.annotation = browse_state.annotation AND corrections.image = images.id
  LEFT JOIN reviews ON reviews.image = images.id
  LEFT JOIN label_originals ON label_originals.field = 'label' AND label_originals.image = images.id`

const ranked = (first: string): string =>
  `(images.split << 32) + ${first} + row_number() OVER (PARTITION BY images.split ORDER BY images.path) - 1`

const indexNames = (sql: string): string[] => [...sql.matchAll(/INDEX (\w+)/g)].map(match => match[1]!)
const triggerNames = [...browseTriggers.matchAll(/TRIGGER (\w+)/g)].map(match => match[1]!)

/** Rebuilds the browse table: seconds for a million images. Call it in a transaction. */
export function rebuildBrowse(db: Db): void {
  const indexes = indexNames(browseIndexes)
  db.exec(indexes.map(name => `DROP INDEX IF EXISTS ${name};`).join(''))
  db.exec(triggerNames.map(name => `DROP TRIGGER IF EXISTS ${name};`).join(''))
  db.exec(`DELETE FROM browse; ${rowsOf(ranked('0'))} WHERE 1; UPDATE browse_state SET filled = NULL;`)
  db.exec(browseTally)
  db.exec(browseNames)
  db.exec(browseIndexes)
  db.exec(browseTriggers)
  changed(db, true)
}

/**
 * Updates the table after images were added to a split: those with an id above `last` are new. Call it in the
 * transaction.
 */
export function placeNewImages(db: Db, split: number, last: number): void {
  const added = db
    .prepare<[number, number], { images: number; first: string | null }>(
      'SELECT count(*) AS images, min(path) AS first FROM images WHERE split = ? AND id > ?',
    )
    .get(split, last)!
  if (added.images === 0) return changed(db)
  const end = db
    .prepare<[number], { place: number; path: string }>(
      `SELECT browse.place, images.path FROM browse JOIN images ON images.id = browse.image
       WHERE browse.place = (SELECT max(place) FROM browse WHERE place >> 32 = ?)`,
    )
    .get(split)
  const known = db.prepare<[], number>('SELECT count(*) FROM browse').pluck().get()!
  const behind =
    !end || db.prepare<[string, string], number>('SELECT ? < ?').pluck().get(end.path, added.first!) === 1
  if (!behind || added.images > 1000 + known) return rebuildBrowse(db)
  const first = end ? end.place + 1 - split * 2 ** 32 : 0
  db.prepare(`${rowsOf(ranked(String(first)))} WHERE images.split = ? AND images.id > ?`).run(split, last)
  rebuildNames(db, split, first)
  changed(db, true)
}

function rebuildNames(db: Db, split: number, first: number): void {
  const from = split * 2 ** 32 + Math.floor(first / 1024) * 1024
  const to = (split + 1) * 2 ** 32
  db.prepare('DELETE FROM browse_names WHERE chunk >= ? >> 10 AND chunk < ? >> 10').run(from, to)
  db.prepare(
    `INSERT INTO browse_names
     SELECT browse.place >> 10, CAST(group_concat(fold(splits.name || '/' || images.path), char(10) ORDER BY browse.place) AS BLOB)
     FROM browse JOIN images ON images.id = browse.image JOIN splits ON splits.id = images.split
     WHERE browse.place >= ? AND browse.place < ? GROUP BY browse.place >> 10`,
  ).run(from, to)
}
