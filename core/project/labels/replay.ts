/** Replays a line of the log about labels: what the database has of it already stays as it is. */
import { fail } from '../../base/error.ts'
import { beginChoice, chooseKeys, countChosen } from '../browse/choice.ts'
import { transaction } from '../database/connection.ts'
import type { Project } from '../database/handle.ts'
import type { LoggedLabels } from '../recovery/log.ts'
import { applyWanted, beginWanted, countWanted, leaveOutEqual } from './apply.ts'
import { changeOf, wantReversed } from './change.ts'
import { storedValue } from './values.ts'

/**
 * False: the database has all of it. Throws `not-found` where images are missing, having changed the others, and `usage`
 * for a class that does not exist.
 */
export function replayLabels(project: Project, line: LoggedLabels): boolean {
  const { db } = project
  const { step, field, what, author, time } = line
  const value = storedValue(project, field, line.to)
  const { known, applied } = transaction(db, () => {
    beginChoice(db)
    chooseKeys(db, line.images)
    const known = countChosen(db)
    const made = db
      .prepare<[string], { images: number }>('SELECT images FROM label_steps WHERE id = ?')
      .get(step)
    if (made && made.images >= line.of) return { known, applied: false }
    beginWanted(db)
    const change = what === 'change' ? null : changeOf(db, field, line.change ?? '').number
    if (change !== null && what !== 'change') {
      wantReversed(db, { field, kind: what, change, image: null })
      db.exec('DELETE FROM temp.wanted WHERE image NOT IN (SELECT image FROM temp.chosen)')
    } else {
      db.prepare('INSERT INTO temp.wanted SELECT image, ? FROM temp.chosen').run(value)
      // Of a step that is there in part, what a line before this one did may have been changed since.
      db.prepare(
        `DELETE FROM temp.wanted WHERE EXISTS (SELECT 1 FROM label_edits
           WHERE step = (SELECT number FROM label_steps WHERE id = ?) AND label_edits.image = wanted.image)`,
      ).run(step)
      leaveOutEqual(db, field)
    }
    if (countWanted(db) === 0) return { known, applied: false }
    applyWanted(db, { id: step, field, kind: what, change, author, time })
    return { known, applied: true }
  })
  if (known < line.images.length)
    fail('not-found', `the project lacks ${line.images.length - known} of its ${line.images.length} images`)
  return applied
}
