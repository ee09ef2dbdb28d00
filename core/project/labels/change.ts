/** Changes given labels and truths of one image or of many: durable, logged, and reversible. */
import { randomUUID } from 'node:crypto'
import type { Selection } from '../../contract/api/browse.ts'
import { fail } from '../../base/error.ts'
import { beginChoice, choose } from '../browse/choice.ts'
import type { Db } from '../database/connection.ts'
import type { Project } from '../database/handle.ts'
import { saveLogged } from '../recovery/log.ts'
import { applyWanted, beginWanted, countWanted, leaveOutEqual, type Step } from './apply.ts'
import { linesOf } from './lines.ts'
import { storedValue, type Field, type FieldValue } from './values.ts'

/** What a step did. */
export interface Changed {
  /** The change that the step made, undid or made again. */
  change: string
  /** Images whose value is another one now. */
  changed: number
  /** Of an undo or redo: images of the change that were left as they are, because they were changed since. */
  left: number
  /** The field's version after the step. */
  version: number
}

/** Who changes what. `id`: made by the caller; the same step saved twice is saved once. */
interface Change {
  id?: string
  field: Field
  author: string
  /** Milliseconds since 1970. */
  time?: number
}

/** The version of a field: how many steps it has seen; 0: everything is as it was imported. */
export const fieldVersion = ({ db }: Project, field: Field): number =>
  db
    .prepare<[string], number>('SELECT coalesce(max(version), 0) FROM label_steps WHERE field = ?')
    .pluck()
    .get(field)!

/** What a known step did, where it is saved again. */
function known(db: Db, id: string): Changed | null {
  const row = db
    .prepare<[string], { change: string; changed: number; version: number }>(
      `SELECT coalesce(of.id, step.id) AS change, step.images AS changed, step.version
       FROM label_steps AS step LEFT JOIN label_steps AS of ON of.number = step.change WHERE step.id = ?`,
    )
    .get(id)
  return row ? { ...row, left: 0 } : null
}

/** Sets one value for all images of a selection, in one transaction. Throws `usage` for a class that does not exist. */
export function changeAll(
  project: Project,
  change: Change & { selection: Selection; to: FieldValue },
): Changed {
  const value = storedValue(project, change.field, change.to)
  return save(project, change, db => {
    beginChoice(db)
    choose(project, change.selection)
    db.prepare('INSERT INTO temp.wanted SELECT image, ? FROM temp.chosen').run(value)
  })
}

/** Sets a value for each of some images (row ids). Throws `usage` for a class that does not exist. */
export function changeEach(
  project: Project,
  change: Change & { values: Iterable<readonly [image: number, to: FieldValue]> },
): Changed {
  return save(project, change, db => {
    const add = db.prepare('INSERT OR REPLACE INTO temp.wanted VALUES (?, ?)')
    for (const [image, to] of change.values) add.run(image, storedValue(project, change.field, to))
  })
}

function save(project: Project, change: Change, fill: (db: Db) => void): Changed {
  const { db } = project
  const step: Step = {
    id: change.id ?? randomUUID(),
    field: change.field,
    kind: 'change',
    change: null,
    author: change.author,
    time: change.time ?? Date.now(),
  }
  return saveLogged(project, log => {
    const before = known(db, step.id)
    if (before) return before
    beginWanted(db)
    fill(db)
    leaveOutEqual(db, step.field)
    const images = countWanted(db)
    if (images === 0)
      return { change: step.id, changed: 0, left: 0, version: fieldVersion(project, step.field) }
    const version = applyWanted(db, step)
    log(...linesOf(db, step, null, images))
    return { change: step.id, changed: images, left: 0, version }
  })
}

/** Which edits an undo or redo is about: a whole change, or the next one of an image. */
export type Target = { change: string } | { image: number }

interface Reversal extends Change {
  of: Target
}

/** Undoes a change, or an image's newest edit in force. Throws `not-found` where there is nothing to undo. */
export const undoChange = (project: Project, step: Reversal): Changed => reverse(project, step, 'undo')

/** Makes an undone change again, or the edit of an image that was undone last. Throws `not-found`. */
export const redoChange = (project: Project, step: Reversal): Changed => reverse(project, step, 'redo')

/** The newest change of a field that is in force for some image; null: there is none. */
export function lastChange({ db }: Project, field: Field): string | null {
  return (
    db
      .prepare<[string], string>(
        `SELECT id FROM label_steps WHERE field = ? AND kind = 'change'
         AND EXISTS (SELECT 1 FROM label_edits WHERE step = number AND state = 0) ORDER BY number DESC LIMIT 1`,
      )
      .pluck()
      .get(field) ?? null
  )
}

function reverse(project: Project, reversal: Reversal, kind: 'undo' | 'redo'): Changed {
  const { db } = project
  const { field, of } = reversal
  return saveLogged(project, log => {
    const id = reversal.id ?? randomUUID()
    const before = known(db, id)
    if (before) return before
    const change = 'change' in of ? changeOf(db, field, of.change) : nextOf(db, field, of.image, kind)
    beginWanted(db)
    const all = wantReversed(db, {
      field,
      kind,
      change: change.number,
      image: 'image' in of ? of.image : null,
    })
    const images = countWanted(db)
    if (images === 0)
      return fail(
        'not-found',
        `there is nothing to ${kind}: the images were changed since, or it is done already`,
      )
    const step: Step = {
      id,
      field,
      kind,
      change: change.number,
      author: reversal.author,
      time: reversal.time ?? Date.now(),
    }
    const version = applyWanted(db, step)
    log(...linesOf(db, step, change.id, images))
    return { change: change.id, changed: images, left: all - images, version }
  })
}

interface Row {
  number: number
  id: string
}

export function changeOf(db: Db, field: Field, id: string): Row {
  const row = db
    .prepare<[string, string], Row>(
      "SELECT number, id FROM label_steps WHERE id = ? AND field = ? AND kind = 'change'",
    )
    .get(id, field)
  return row ?? fail('not-found', `the project has no change "${id}" of a ${field}`, { change: id })
}

function nextOf(db: Db, field: Field, image: number, kind: 'undo' | 'redo'): Row {
  const row = db
    .prepare<[number, string, number], Row>(
      `SELECT number, id FROM label_edits JOIN label_steps ON number = step
       WHERE image = ? AND field = ? AND state = ? ORDER BY number ${kind === 'undo' ? 'DESC' : 'ASC'} LIMIT 1`,
    )
    .get(image, field, kind === 'undo' ? 0 : 1)
  return row ?? fail('not-found', `there is no ${field} of this image to ${kind}`, { image })
}

/**
 * Fills `wanted` with what reverses a change: for images (or one) of which it is the next to undo or redo. Gives how
 * many edits of the change are in question.
 */
export function wantReversed(
  db: Db,
  {
    field,
    kind,
    change,
    image,
  }: { field: Field; kind: 'undo' | 'redo'; change: number; image: number | null },
): number {
  const [from, now, next, further] =
    kind === 'undo' ? [0, 'after', 'before', '>'] : [1, 'before', 'after', '<']
  const one = image === null ? '' : `AND edit.image = ${image}`
  db.prepare(
    `INSERT OR IGNORE INTO temp.wanted
     SELECT edit.image, edit.${next} FROM label_edits AS edit JOIN images ON images.id = edit.image
     WHERE edit.step = ? AND edit.state = ${from} ${one} AND images.${field} IS edit.${now}
       AND NOT EXISTS (SELECT 1 FROM label_edits AS other JOIN label_steps ON number = other.step
         WHERE other.image = edit.image AND other.step ${further} edit.step AND other.state = ${from} AND field = ?)`,
  ).run(change, field)
  return db
    .prepare<[number], number>(
      `SELECT count(*) FROM label_edits AS edit WHERE step = ? AND state = ${from} ${one}`,
    )
    .pluck()
    .get(change)!
}
