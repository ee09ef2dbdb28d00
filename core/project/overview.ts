/** A project at a glance: its splits in figures that stay quick over a million images, and the annotation in use. */
import { listAnnotations, type AnnotationRow } from './annotations.ts'
import { browsedAnnotation } from './browse/measures.ts'
import { readState } from './browse/browse-state.ts'
import { guarded } from './database/connection.ts'
import { listSplits } from './images.ts'
import type { Project } from './database/handle.ts'

/** Figures of a split. */
export interface SplitTotals {
  name: string
  /** Absolute. */
  folder: string
  images: number
  usable: number
  problems: number
  /** Usable images without a label. */
  unlabelled: number
}

/** Splits in the order they were added. Every count is answered by an index alone. */
export function splitTotals(project: Project): SplitTotals[] {
  return guarded(project.db.name, () => {
    const count = (sql: string): ((name: string) => number) => {
      const statement = project.db.prepare<[string], { n: number }>(sql)
      return name => statement.get(name)?.n ?? 0
    }
    const split = '(SELECT id FROM splits WHERE name = ?)'
    const images = count(`SELECT count(*) AS n FROM images WHERE split = ${split}`)
    const problems = count(`SELECT count(*) AS n FROM images WHERE split = ${split} AND problem IS NOT NULL`)
    const unlabelled = count(
      `SELECT count(*) AS n FROM images WHERE split = ${split} AND label IS NULL AND problem IS NULL`,
    )
    return listSplits(project).map(({ name, folder }) => {
      const all = images(name)
      const bad = problems(name)
      return { name, folder, images: all, usable: all - bad, problems: bad, unlabelled: unlabelled(name) }
    })
  })
}

/** Runs of the project. */
export function countRuns(project: Project): number {
  return project.db.prepare<[], { n: number }>('SELECT count(*) AS n FROM runs').get()?.n ?? 0
}

/** The annotation that is shown: the one that is browsed, else the newest finished, else the newest; null: none yet. */
export function currentAnnotation(project: Project): AnnotationRow | null {
  const id = browsedAnnotation(project)
  const all = listAnnotations(project)
  return all.find(row => row.id === id) ?? all.findLast(row => row.status === 'done') ?? all.at(-1) ?? null
}

/** Changes whenever the answer to any query of images may have changed. */
export const browseVersion = (project: Project): number =>
  guarded(project.db.name, () => readState(project.db).version)
