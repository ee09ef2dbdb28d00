/**
 * Switches the annotation whose measures are browsed, in slices, so that other writes are not delayed.
 * `browse_state` stores the annotation and the progress, so that the switch continues after a kill. Until then, images
 * that have not been reached show no measures, neither new nor old ones.
 */
import { setImmediate as pause } from 'node:timers/promises'
import { transaction, type Db } from '../database/connection.ts'
import type { Project } from '../database/handle.ts'
import { chunkRows, readStretches, splitPlaces } from './columns.ts'
import { changed, readState } from './browse-state.ts'

/** Target duration of a slice, milliseconds. */
const wantedTime = 20
const firstSlice = 2048
const sliceLimits = { least: 512, most: 16_384 }

const correctedIn = 'SELECT image FROM corrections WHERE annotation = ? AND entries > 0'

/** Makes an annotation the browsed one, without its measures at first. Call it in a transaction. */
export function beginSwitch(db: Db, annotation: number): void {
  const before = readState(db).annotation
  const mark = (bit: number, of: number): unknown =>
    db
      .prepare(
        `UPDATE browse INDEXED BY browse_by_image SET bits = (bits & ~96) | ? WHERE image IN (${correctedIn})`,
      )
      .run(bit, of)
  // Corrections are few, so they are updated at once.
  if (before !== null) mark(32, before)
  mark(64, annotation)
  db.prepare('UPDATE browse_state SET annotation = ?, filled = 0').run(annotation)
  const note = db.prepare('INSERT OR REPLACE INTO browse_changes SELECT ?, version + 1 FROM browse_state')
  for (const { split, count } of readStretches(db))
    for (let start = 0; start < count; start += chunkRows) note.run((split * splitPlaces + start) / chunkRows)
  changed(db)
}

/** Loads the measures of the next images; false: nothing is left. */
export function switchSlice(db: Db, rows: number): boolean {
  const { filled } = readState(db)
  if (filled === null) return false
  const end =
    db
      .prepare<[number, number], number>(
        'SELECT place FROM browse WHERE place >= ? ORDER BY place LIMIT 1 OFFSET ?',
      )
      .pluck()
      .get(filled, rows) ?? null
  db.prepare(
    `UPDATE browse SET (top, confidence, score, bits) = (
       SELECT coalesce(facts.top, -1), coalesce(facts.confidence, -1), coalesce(facts.score, -1),
         (browse.bits & ~8064)
         | CASE WHEN facts.top IS NULL OR browse.label = -1 THEN 128 WHEN facts.top = browse.label THEN 256 ELSE 512 END
         | CASE facts.listed WHEN 1 THEN 4096 WHEN 0 THEN 2048 ELSE 1024 END
       FROM browse_state LEFT JOIN facts
         ON facts.annotation = browse_state.annotation AND facts.image = browse.image)
     WHERE place >= ? AND place < ?`,
  ).run(filled, end ?? Number.MAX_SAFE_INTEGER)
  db.prepare('UPDATE browse_state SET filled = ?').run(end)
  changed(db)
  return end !== null
}

/** Continues until everything is loaded, the project is closed, or `told` fails. */
export async function finishSwitch(project: Project, told: () => void = () => undefined): Promise<void> {
  const { db } = project
  let rows = firstSlice
  for (let more = true; more;) {
    if (!db.open) return
    const start = performance.now()
    more = transaction(db, () => switchSlice(db, rows))
    const time = performance.now() - start
    if (time < wantedTime / 2) rows = Math.min(rows * 2, sliceLimits.most)
    else if (time > wantedTime) rows = Math.max(rows >> 1, sliceLimits.least)
    told()
    await pause()
  }
}
