/** Writes values of a field that the temporary table `wanted` holds, by image, into the images and their history. */
import { changed } from '../browse/browse-state.ts'
import type { Db } from '../database/connection.ts'
import type { Field } from './values.ts'

/** A step: `change` sets values, `undo` and `redo` name the change whose edits they take back or make again. */
export interface Step {
  /** Made by whoever asks for it, so that saving twice saves once. */
  id: string
  field: Field
  kind: 'change' | 'undo' | 'redo'
  /** Row of the change; null for a change. */
  change: number | null
  author: string
  /** Milliseconds since 1970. */
  time: number
}

export function beginWanted(db: Db): void {
  db.exec('CREATE TEMP TABLE IF NOT EXISTS wanted (image INTEGER PRIMARY KEY, value)')
  db.exec('DELETE FROM temp.wanted')
}

export const countWanted = (db: Db): number =>
  db.prepare<[], number>('SELECT count(*) FROM temp.wanted').pluck().get()!

/** Leaves out images that have the value already, and those that do not exist. */
export function leaveOutEqual(db: Db, field: Field): void {
  db.exec(`DELETE FROM temp.wanted WHERE NOT EXISTS
    (SELECT 1 FROM images WHERE images.id = wanted.image AND images.${field} IS NOT wanted.value)`)
}

/** The row of a step, made where it is new. */
function rowOfStep(db: Db, step: Step): number {
  const known = db
    .prepare<[string], number>('SELECT number FROM label_steps WHERE id = ?')
    .pluck()
    .get(step.id)
  if (known !== undefined) return known
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO label_steps (id, field, version, kind, change, author, time, images)
       SELECT ?, ?, coalesce(max(version), 0) + 1, ?, ?, ?, ?, 0 FROM label_steps WHERE field = ?`,
    )
    .run(step.id, step.field, step.kind, step.change, step.author, step.time, step.field)
  return Number(lastInsertRowid)
}

/** Writes everything that is wanted. Call it in the transaction that saves the step; gives the field's version. */
export function applyWanted(db: Db, step: Step): number {
  const { field } = step
  const images = countWanted(db)
  const number = rowOfStep(db, step)
  db.prepare('UPDATE label_steps SET images = images + ? WHERE number = ?').run(images, number)
  if (step.kind === 'change') addEdits(db, field, number)
  else
    db.prepare(
      'UPDATE label_edits SET state = ? WHERE step = ? AND image IN (SELECT image FROM temp.wanted)',
    ).run(step.kind === 'undo' ? 1 : 0, step.change)
  db.exec(`UPDATE images SET ${field} = wanted.value FROM temp.wanted WHERE images.id = wanted.image`)
  const version = db
    .prepare<[number], number>('SELECT version FROM label_steps WHERE number = ?')
    .pluck()
    .get(number)!
  db.prepare(
    `INSERT INTO label_splits
       SELECT ?, split, ? FROM (SELECT DISTINCT split FROM temp.wanted CROSS JOIN images ON images.id = wanted.image) WHERE 1
     ON CONFLICT DO UPDATE SET version = excluded.version`,
  ).run(field, version)
  changed(db)
  return version
}

function addEdits(db: Db, field: Field, number: number): void {
  db.prepare(
    `INSERT OR IGNORE INTO label_originals
     SELECT ?, images.id, images.${field} FROM temp.wanted CROSS JOIN images ON images.id = wanted.image`,
  ).run(field)
  const hasUndone = db.prepare('SELECT 1 FROM label_edits WHERE state = 1 LIMIT 1').get() !== undefined
  if (hasUndone)
    db.prepare(
      `UPDATE label_edits SET state = 2 WHERE state = 1 AND image IN (SELECT image FROM temp.wanted)
       AND step IN (SELECT number FROM label_steps WHERE field = ?)`,
    ).run(field)
  db.prepare(
    `INSERT INTO label_edits SELECT ?, images.id, images.${field}, wanted.value, 0
     FROM temp.wanted CROSS JOIN images ON images.id = wanted.image`,
  ).run(number)
}
