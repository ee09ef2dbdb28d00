/** A project at a glance: its splits in figures that stay quick over a million images, and the annotation in use. */
import { fail } from '../base/error.ts'
import { listAnnotations, type AnnotationRow } from './annotations.ts'
import { guarded, transaction } from './database.ts'
import { listSplits } from './images.ts'
import type { Project } from './project.ts'

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

/** The annotation that is shown, filtered and corrected: the chosen one, else the newest finished, else the newest. */
export function currentAnnotation(project: Project): AnnotationRow | null {
  const all = listAnnotations(project)
  const chosen = project.db
    .prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'annotation'")
    .get()?.value
  return (
    all.find(row => row.id === chosen) ?? all.findLast(row => row.status === 'done') ?? all.at(-1) ?? null
  )
}

/** Chooses it; fails with `not-found`. */
export function chooseAnnotation(project: Project, id: string): void {
  if (!listAnnotations(project).some(row => row.id === id))
    fail('not-found', `the project has no annotation "${id}"`, { id })
  transaction(project.db, () => {
    project.db
      .prepare(
        `INSERT INTO meta (key, value) VALUES ('annotation', ?)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      )
      .run(id)
  })
}
