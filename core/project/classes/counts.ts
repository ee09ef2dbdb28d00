/** Where each class occurs: counts by class, of the usable images, in the annotation that is browsed. */
import type { ClassCounts } from '../../contract/api/classes.ts'
import { guarded } from '../database/connection.ts'
import type { Project } from '../database/handle.ts'
import { stateBits } from '../browse/state-bits.ts'

/** By class; one pass over all images. Images of a merged class count for the one that it stands for. */
export function classCounts(project: Project): ClassCounts {
  const empty = (): number[] => new Array<number>(project.classes.length).fill(0)
  const counts: ClassCounts = { given: empty(), leads: empty(), corrected: empty() }
  const add = (list: number[], rows: { class: number; images: number }[]): void => {
    for (const row of rows) if (row.class in list) list[row.class] = row.images
  }
  guarded(project.db.name, () => {
    const count = (column: 'label' | 'top', bits: number): { class: number; images: number }[] =>
      project.db
        .prepare<[number, number], { class: number; images: number }>(
          `SELECT ${column} AS class, count(*) AS images FROM browse WHERE bits & ? = ? AND ${column} >= 0 GROUP BY 1`,
        )
        .all(bits, bits)
    add(counts.given, count('label', stateBits.problem.no))
    add(counts.leads, count('top', stateBits.problem.no))
    add(counts.corrected, count('label', stateBits.problem.no | stateBits.corrected.yes))
  })
  return counts
}

/** Usable images that have one of these classes as their given label, and that one of them leads. */
export function imagesOfClasses(
  project: Project,
  classes: readonly number[],
): { given: number; leads: number; corrected: number } {
  const counts = classCounts(project)
  const roots = new Set(classes.map(one => project.classes[one]?.into ?? one))
  const sum = (list: readonly number[]): number =>
    [...roots].reduce((total, one) => total + (list[one] ?? 0), 0)
  return { given: sum(counts.given), leads: sum(counts.leads), corrected: sum(counts.corrected) }
}
