/** Which images of an annotation have measures already. */
import { guarded, transaction } from './database.ts'
import type { Project } from './project.ts'

const numberOf = (annotation: string): number => Number(/^a(\d+)$/.exec(annotation)?.[1] ?? -1)

/** Ids of the images with measures. */
export function scoredImages(project: Project, annotation: string): Set<number> {
  return guarded(project.db.name, () => {
    const rows = project.db.prepare<[number]>('SELECT image FROM facts WHERE annotation = ?').pluck()
    return new Set(rows.iterate(numberOf(annotation)) as IterableIterator<number>)
  })
}

/** Whether any image has. */
export function isScored(project: Project, annotation: string): boolean {
  return guarded(project.db.name, () =>
    Boolean(project.db.prepare('SELECT 1 FROM facts WHERE annotation = ? LIMIT 1').get(numberOf(annotation))),
  )
}

/** Measures of an image as a job found them. */
export interface FactsRow {
  image: number
  top: number
  confidence: number
  margin: number
  entropy: number
  listed: boolean | null
}

/** Keeps measures; those of an image that is known already are replaced. */
export function writeFacts(project: Project, annotation: string, rows: readonly FactsRow[]): void {
  transaction(project.db, () => {
    const insert = project.db.prepare(
      'INSERT OR REPLACE INTO facts (annotation, image, top, confidence, margin, entropy, listed, disputed, score) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)',
    )
    for (const { image, top, confidence, margin, entropy, listed } of rows)
      insert.run(
        numberOf(annotation),
        image,
        top,
        confidence,
        margin,
        entropy,
        listed === null ? null : Number(listed),
      )
  })
}
