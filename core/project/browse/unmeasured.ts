/** Which images of an annotation have no measures yet, or not of their present label. */
import { rootLabel } from '../database/classes.ts'
import { guarded } from '../database/connection.ts'
import { annotationNumber } from '../../contract/ids.ts'
import type { Project } from '../database/handle.ts'

/** An image whose label map will be measured, if it has one; also one whose label changed since it was. */
export interface UnmeasuredImage {
  id: number
  key: string
  label: number | null
}

/**
 * Usable images without measures, ordered by id, in batches: no statement stays open while they are processed, so that
 * the database's write-ahead log can be checkpointed.
 */
export function* unmeasuredImages(
  project: Project,
  annotation: string,
  atOnce = 1000,
): Generator<UnmeasuredImage> {
  const page = project.db.prepare<[number, number, number], UnmeasuredImage>(
    `SELECT images.id, splits.name || '/' || images.path AS key, ${rootLabel} AS label FROM images
     JOIN splits ON splits.id = images.split
     WHERE images.id > ? AND images.problem IS NULL
       AND NOT EXISTS (SELECT 1 FROM facts WHERE facts.annotation = ? AND facts.image = images.id
         AND (facts.listed IS NOT NULL OR images.label IS NULL))
     ORDER BY images.id LIMIT ?`,
  )
  for (let after = 0; ;) {
    const rows = guarded(project.db.name, () => page.all(after, annotationNumber(annotation), atOnce))
    yield* rows
    if (rows.length < atOnce) return
    after = rows.at(-1)!.id
  }
}

/** Images with measures of their present label. */
export function measuredCount(project: Project, annotation: string): number {
  return guarded(
    project.db.name,
    () =>
      project.db
        .prepare<[number], number>('SELECT count(*) FROM facts WHERE annotation = ?')
        .pluck()
        .get(annotationNumber(annotation))! - outdatedCount(project, annotation),
  )
}

/** Images with a label that changed since their label map was measured. */
export function outdatedCount(project: Project, annotation: string): number {
  return project.db
    .prepare<[number], number>(
      `SELECT count(*) FROM facts INDEXED BY facts_unlisted CROSS JOIN images ON images.id = facts.image
       WHERE facts.annotation = ? AND facts.listed IS NULL AND images.label IS NOT NULL`,
    )
    .pluck()
    .get(annotationNumber(annotation))!
}
