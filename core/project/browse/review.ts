/** Review marks: marks single images or all of a query, and reports the progress of the review. */
import type { Selection } from '../../contract/api/browse.ts'
import { longestBreak, reviewStates, type ReviewState } from '../../contract/review-state.ts'
import { fail } from '../../base/error.ts'
import { guarded, transaction, type Db } from '../database/connection.ts'
import type { Project } from '../database/handle.ts'
import { saveLogged, type LoggedMark } from '../recovery/log.ts'
import { reviewBit, reviewOf, stateBits } from './state-bits.ts'
import { changed } from './browse-state.ts'
import { beginChoice, choose, chooseKeys, countChosen, mostInLine } from './choice.ts'
import { readStateCounts } from './state-counts.ts'

/** Previous states are returned for up to this many images. */
const mostBefore = 1000
const mostSessions = 50

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
  return saveLogged(project, log => {
    beginChoice(db)
    choose(project, selection)
    const marked = leaveOutMarked(db, state)
    const former =
      marked > mostBefore
        ? null
        : db
            .prepare<[], { id: number; bits: number }>(
              'SELECT chosen.image AS id, bits FROM temp.chosen CROSS JOIN browse INDEXED BY browse_by_image ON browse.image = chosen.image ORDER BY browse.place',
            )
            .all()
    if (marked > 0) {
      markChosen(db, state, now)
      if (state !== 'none')
        db.prepare(
          'INSERT INTO review_times VALUES (?, ?) ON CONFLICT (time) DO UPDATE SET marks = marks + excluded.marks',
        ).run(now, marked)
      log(...marksOf(db, { kind: 'mark', state, time: now, marks: marked }))
    }
    const before = former?.map(row => ({ id: row.id, state: reviewOf(row.bits) })) ?? null
    return { changed: marked, before }
  })
}

/**
 * Marks the images of a logged mark that nobody has marked later; false: the database has all of it. Throws `not-found`
 * where images are missing, having marked the others.
 */
export function replayMark(project: Project, { state, time, marks, images }: LoggedMark): boolean {
  const { db } = project
  const { known, marked } = transaction(db, () => {
    beginChoice(db)
    chooseKeys(db, images)
    const known = countChosen(db)
    db.prepare('DELETE FROM temp.chosen WHERE image IN (SELECT image FROM reviews WHERE time > ?)').run(time)
    const marked = leaveOutMarked(db, state)
    if (marked > 0) {
      markChosen(db, state, time)
      // Of all lines of the mark together.
      if (state !== 'none')
        db.prepare('INSERT INTO review_times VALUES (?, ?) ON CONFLICT (time) DO NOTHING').run(time, marks)
    }
    return { known, marked }
  })
  if (known < images.length)
    fail('not-found', `the project lacks ${images.length - known} of its ${images.length} images`)
  return marked > 0
}

/** Leaves those out that are in the state already; gives how many are left. */
function leaveOutMarked(db: Db, state: ReviewState): number {
  db.prepare(
    'DELETE FROM temp.chosen WHERE NOT EXISTS (SELECT 1 FROM browse INDEXED BY browse_by_image WHERE browse.image = chosen.image AND bits & ? = 0)',
  ).run(reviewBit(state))
  return countChosen(db)
}

function markChosen(db: Db, state: ReviewState, time: number): void {
  db.prepare(
    'UPDATE browse INDEXED BY browse_by_image SET bits = (bits & ~31) | ? WHERE image IN (SELECT image FROM temp.chosen)',
  ).run(reviewBit(state))
  if (state === 'none') db.exec('DELETE FROM reviews WHERE image IN (SELECT image FROM temp.chosen)')
  else
    db.prepare('INSERT OR REPLACE INTO reviews SELECT image, ?, ? FROM temp.chosen').run(
      reviewStates.indexOf(state),
      time,
    )
  changed(db)
}

/** What the log keeps of the chosen images, by their keys. */
function marksOf(db: Db, mark: Omit<LoggedMark, 'images'>): LoggedMark[] {
  // CROSS JOIN keeps the order of the tables: SQLite would walk through all images to find the few that are chosen.
  const keys = db
    .prepare<[], string>(
      `SELECT splits.name || '/' || images.path FROM temp.chosen
       CROSS JOIN images ON images.id = chosen.image CROSS JOIN splits ON splits.id = images.split`,
    )
    .pluck()
    .all()
  const lines: LoggedMark[] = []
  for (let at = 0; at < keys.length; at += mostInLine)
    lines.push({ ...mark, images: keys.slice(at, at + mostInLine) })
  return lines
}

export interface ReviewProgress {
  /** Usable images. */
  total: number
  counts: Record<ReviewState, number>
  /** Newest first. */
  sessions: { began: string; ended: string; marks: number }[]
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
    return { total, counts, sessions: sessions(project) }
  })
}

function sessions({ db }: Project): ReviewProgress['sessions'] {
  const found: { began: number; ended: number; marks: number }[] = []
  const rows = db.prepare<[], { time: number; marks: number }>(
    'SELECT time, marks FROM review_times ORDER BY time DESC',
  )
  for (const { time, marks } of rows.iterate()) {
    const last = found.at(-1)
    if (last && last.began - time <= longestBreak) {
      last.began = time
      last.marks += marks
    } else if (found.length === mostSessions) break
    else found.push({ began: time, ended: time, marks })
  }
  const moment = (time: number): string => new Date(time).toISOString()
  return found.map(({ began, ended, marks }) => ({ began: moment(began), ended: moment(ended), marks }))
}
