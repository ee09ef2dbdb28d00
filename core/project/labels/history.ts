/** What is known of an image's given label and truth: the original, and every edit with who made it and when. */
import { guarded } from '../database/connection.ts'
import type { Project } from '../database/handle.ts'
import type { FieldHistory, LabelHistory } from '../../contract/api/labels.ts'
import { getImage } from '../images.ts'
import { valueOf, type Field, type StoredValue } from './values.ts'

function fieldHistory({ db }: Project, field: Field, image: number, now: StoredValue): FieldHistory {
  const original = db
    .prepare<[string, number], { value: StoredValue }>(
      'SELECT value FROM label_originals WHERE field = ? AND image = ?',
    )
    .get(field, image)
  const edits = db
    .prepare<
      [number, string],
      {
        change: string
        before: StoredValue
        after: StoredValue
        author: string
        time: number
        undone: number
      }
    >(
      `SELECT id AS change, before, after, author, time, state AS undone FROM label_edits JOIN label_steps ON number = step
       WHERE image = ? AND field = ? AND state < 2 ORDER BY number`,
    )
    .all(image, field)
  return {
    now: valueOf(field, now) as FieldHistory['now'],
    original: valueOf(field, original ? original.value : now) as FieldHistory['now'],
    edits: edits.map(({ before, after, time, undone, ...edit }) => ({
      ...edit,
      before: valueOf(field, before) as FieldHistory['now'],
      after: valueOf(field, after) as FieldHistory['now'],
      time: new Date(time).toISOString(),
      undone: undone === 1,
    })),
  }
}

/** Fails with `not-found`. */
export function labelHistory(project: Project, image: number): LabelHistory {
  return guarded(project.db.name, () => {
    getImage(project, image)
    const stored = project.db
      .prepare<[number], { label: StoredValue; truth: StoredValue }>(
        'SELECT label, truth FROM images WHERE id = ?',
      )
      .get(image)!
    return {
      label: fieldHistory(project, 'label', image, stored.label),
      truth: fieldHistory(project, 'truth', image, stored.truth),
    }
  })
}
