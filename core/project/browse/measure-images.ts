/** Measures the label maps of some images again, because their labels changed. */
import { matchClasses } from '../../labelmap/match-classes.ts'
import type { LabelMapReader } from '../../labelmap/files/index.ts'
import { createMapScorer } from '../../pooling/measures.ts'
import { RelabelError } from '../../base/error.ts'
import { rootLabel } from '../database/classes.ts'
import { guarded } from '../database/connection.ts'
import { annotationNumber } from '../../contract/ids.ts'
import type { Project } from '../database/handle.ts'
import type { MeasuresRow } from './measures.ts'
import type { UnmeasuredImage } from './unmeasured.ts'

/** Images whose label changed since their label map was measured, at most `most`. */
export function outdatedImages(project: Project, annotation: string, most: number): UnmeasuredImage[] {
  return guarded(project.db.name, () =>
    project.db
      .prepare<[number, number], UnmeasuredImage>(
        `SELECT images.id, splits.name || '/' || images.path AS key, ${rootLabel} AS label
         FROM facts INDEXED BY facts_unlisted CROSS JOIN images ON images.id = facts.image
         CROSS JOIN splits ON splits.id = images.split
         WHERE facts.annotation = ? AND facts.listed IS NULL AND images.label IS NOT NULL LIMIT ?`,
      )
      .all(annotationNumber(annotation), most),
  )
}

/** Measures of their maps; images without a readable map are left out. */
export function measureImages(
  project: Project,
  reader: LabelMapReader,
  images: readonly UnmeasuredImage[],
): MeasuresRow[] {
  const { classes, fill } = reader.manifest
  const measure = createMapScorer(matchClasses(classes, project.classes), fill)
  return images.flatMap(({ id, key, label }) => {
    if (!reader.has(key)) return []
    try {
      return [{ image: id, label, ...measure(reader.getSync(key), label) }]
    } catch (error) {
      if (error instanceof RelabelError && error.code === 'bad-label-map') return []
      throw error
    }
  })
}
