/** What is known of an image's given label and truth: the original, and every edit with who made it and when. */
import { guarded } from '../database/connection.ts'
import type { Project } from '../database/handle.ts'
import type { FieldHistory, LabelHistory } from '../../contract/api/labels.ts'
import { getImage } from '../images.ts'
import { resolveClass } from '../database/classes.ts'
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

/** The label that each image came with, by key, for images of which it was changed at some time. */
export function originalLabels(project: Project): Map<string, number | null> {
  const rows = project.db
    .prepare<[], { key: string; value: number | null }>(
      `SELECT splits.name || '/' || images.path AS key, value FROM label_originals
       JOIN images ON images.id = image JOIN splits ON splits.id = images.split WHERE field = 'label'`,
    )
    .all()
  return new Map(rows.map(({ key, value }) => [key, value === null ? null : resolveClass(project, value)]))
}

/** An image whose label is another one than it came with. */
export interface ChangedLabel {
  key: string
  label: number | null
  original: number | null
  author: string
  /** ISO 8601. */
  time: string
}

/** In the order of the images; with whoever changed each last. */
export function changedLabels(project: Project): ChangedLabel[] {
  return guarded(project.db.name, () =>
    project.db
      .prepare<[], ChangedLabel & { when: number }>(
        `SELECT splits.name || '/' || images.path AS key, images.label, value AS original, label_steps.author,
           max(label_steps.number), label_steps.time AS "when"
         FROM label_originals JOIN images ON images.id = label_originals.image
         JOIN splits ON splits.id = images.split
         JOIN label_edits ON label_edits.image = images.id AND label_edits.state = 0
         JOIN label_steps ON label_steps.number = label_edits.step AND label_steps.field = 'label'
         WHERE label_originals.field = 'label' AND value IS NOT images.label GROUP BY images.id ORDER BY images.id`,
      )
      .all()
      .map(({ key, label, original, author, when }) => ({
        key,
        label,
        original,
        author,
        time: new Date(when).toISOString(),
      })),
  )
}
