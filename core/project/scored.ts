/** Which images of an annotation have measures already. */
import { guarded } from './database.ts'
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
