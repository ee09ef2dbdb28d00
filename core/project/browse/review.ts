/** Review marks: marks single images or all of a query, and reports the progress of the review. */
import { reviewStates, type ReviewState, type Selection } from '../../contract/api/browse.ts'
import { guarded, transaction } from '../database/connection.ts'
import type { Project } from '../database/handle.ts'
import { countStep } from '../recovery/copies.ts'
import { reviewBit, reviewOf, stateBits } from './state-bits.ts'
import { changed } from './browse-state.ts'
import { readStateCounts } from './state-counts.ts'
import { whereOf, type SqlValue } from './filter-sql.ts'

/** Previous states are returned for up to this many images. */
const mostBefore = 1000
/** A longer break ends a session, milliseconds. */
const longestBreak = 30 * 60_000
const mostSittings = 50

export interface MarkResult {
  changed: number
  /** Previous states by image; null if there were more than 1000. */
  before: { id: number; state: ReviewState }[] | null
}

/** Marks all selected images alike in one transaction; `none` removes the mark. `now`: milliseconds since 1970. */
export function markReview(
  project: Project,
  selection: Selection,
  state: ReviewState,
  now: number = Date.now(),
): MarkResult {
  const { db } = project
  const result = transaction(db, () => {
    db.exec('CREATE TEMP TABLE IF NOT EXISTS chosen (image INTEGER PRIMARY KEY)')
    db.exec('DELETE FROM temp.chosen')
    choose(project, selection)
    const bit = reviewBit(state)
    db.prepare(
      'DELETE FROM temp.chosen WHERE NOT EXISTS (SELECT 1 FROM browse INDEXED BY browse_by_image WHERE browse.image = chosen.image AND bits & ? = 0)',
    ).run(bit)
    const marked = db.prepare<[], number>('SELECT count(*) FROM temp.chosen').pluck().get()!
    const former =
      marked > mostBefore
        ? null
        : db
            .prepare<[], { id: number; bits: number }>(
              'SELECT chosen.image AS id, bits FROM temp.chosen CROSS JOIN browse INDEXED BY browse_by_image ON browse.image = chosen.image ORDER BY browse.place',
            )
            .all()
    if (marked > 0) {
      db.prepare(
        'UPDATE browse INDEXED BY browse_by_image SET bits = (bits & ~31) | ? WHERE image IN (SELECT image FROM temp.chosen)',
      ).run(bit)
      if (state === 'none') db.exec('DELETE FROM reviews WHERE image IN (SELECT image FROM temp.chosen)')
      else {
        db.prepare('INSERT OR REPLACE INTO reviews SELECT image, ?, ? FROM temp.chosen').run(
          reviewStates.indexOf(state),
          now,
        )
        db.prepare(
          'INSERT INTO review_times VALUES (?, ?) ON CONFLICT (time) DO UPDATE SET marks = marks + excluded.marks',
        ).run(now, marked)
      }
      changed(db)
    }
    const before = former?.map(row => ({ id: row.id, state: reviewOf(row.bits) })) ?? null
    return { changed: marked, before }
  })
  if (result.changed > 0) countStep(db)
  return result
}

function choose({ db }: Project, selection: Selection): void {
  const add = (ids: readonly number[], sql: string): unknown => db.prepare(sql).run(JSON.stringify(ids))
  if ('ids' in selection) {
    add(selection.ids, 'INSERT OR IGNORE INTO temp.chosen SELECT value FROM json_each(?)')
    return
  }
  const where = whereOf(db, selection.query.filter)
  db.prepare<SqlValue[]>(`INSERT INTO temp.chosen SELECT image FROM browse WHERE ${where.sql}`).run(
    ...where.values,
  )
  add(selection.except, 'DELETE FROM temp.chosen WHERE image IN (SELECT value FROM json_each(?))')
}

export interface ReviewProgress {
  /** Usable images. */
  total: number
  counts: Record<ReviewState, number>
  /** Newest first. */
  sittings: { began: string; ended: string; marks: number }[]
}

/** Progress of the review of the usable images of some splits (default: all), and all sessions so far. */
export function reviewProgress(project: Project, splits?: readonly string[]): ReviewProgress {
  return guarded(project.db.name, () => {
    const stateCounts = readStateCounts(project.db)
    const counts = { none: 0, accepted: 0, fixed: 0, skipped: 0, flagged: 0 }
    let total = 0
    for (const row of stateCounts.rows) {
      if ((row.bits & stateBits.problem.yes) !== 0) continue
      if (splits && !splits.includes(stateCounts.splits.get(row.split) ?? '')) continue
      counts[reviewOf(row.bits)] += row.images
      total += row.images
    }
    return { total, counts, sittings: sittings(project) }
  })
}

function sittings({ db }: Project): ReviewProgress['sittings'] {
  const found: { began: number; ended: number; marks: number }[] = []
  const rows = db.prepare<[], { time: number; marks: number }>(
    'SELECT time, marks FROM review_times ORDER BY time DESC',
  )
  for (const { time, marks } of rows.iterate()) {
    const last = found.at(-1)
    if (last && last.began - time <= longestBreak) {
      last.began = time
      last.marks += marks
    } else if (found.length === mostSittings) break
    else found.push({ began: time, ended: time, marks })
  }
  const moment = (time: number): string => new Date(time).toISOString()
  return found.map(({ began, ended, marks }) => ({ began: moment(began), ended: moment(ended), marks }))
}
