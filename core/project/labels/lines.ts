/** What the log keeps of a step of labels: images by their keys, a few thousand of one value a line. */
import { mostInLine } from '../browse/choice.ts'
import type { Db } from '../database/connection.ts'
import type { LoggedLabels } from '../recovery/log.ts'
import type { Step } from './apply.ts'
import { valueOf, type StoredValue } from './values.ts'

/** Lines of what `wanted` holds. `change`: id of the change that an undo or redo is about. */
export function* linesOf(db: Db, step: Step, change: string | null, of: number): Generator<LoggedLabels> {
  const { id, field, kind, author, time } = step
  const rows = db
    .prepare<[], { value: StoredValue; key: string }>(
      // CROSS JOIN keeps the order of the tables: SQLite would walk through all images to find the few that are wanted.
      `SELECT wanted.value, splits.name || '/' || images.path AS key FROM temp.wanted
       CROSS JOIN images ON images.id = wanted.image CROSS JOIN splits ON splits.id = images.split
       ORDER BY wanted.value`,
    )
    .iterate()
  let value: StoredValue = null
  let images: string[] = []
  const line = (): LoggedLabels => ({
    kind: 'labels',
    step: id,
    field,
    what: kind,
    change,
    author,
    time,
    of,
    to: valueOf(field, value) as number | number[] | null,
    images,
  })
  for (const row of rows) {
    if (images.length === mostInLine || (images.length > 0 && row.value !== value)) {
      yield line()
      images = []
    }
    value = row.value
    images.push(row.key)
  }
  if (images.length > 0) yield line()
}
