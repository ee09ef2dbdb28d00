/** How many images a project has, by split and by class. */
import type { Project } from './database/handle.ts'

/** Figures of a split. `classes[c]` counts the usable images labelled c. */
export interface SplitCounts {
  split: string
  images: number
  usable: number
  problems: number
  unlabelled: number
  classes: number[]
}

interface LabelCount {
  split: string
  label: number | null
  images: number
  problems: number
}

/** Counts by split and class, splits in the order they were added. */
export function countImages(project: Project): SplitCounts[] {
  const rows = project.db
    .prepare<[], LabelCount>(
      `SELECT splits.name AS split, images.label AS label, count(images.id) AS images, count(images.problem) AS problems
       FROM splits LEFT JOIN images ON images.split = splits.id GROUP BY splits.id, images.label ORDER BY splits.id`,
    )
    .all()
  const bySplit = new Map<string, SplitCounts>()
  for (const row of rows) {
    const counts = bySplit.get(row.split) ?? {
      split: row.split,
      images: 0,
      usable: 0,
      problems: 0,
      unlabelled: 0,
      classes: new Array<number>(project.classes.length).fill(0),
    }
    bySplit.set(row.split, counts)
    const usable = row.images - row.problems
    counts.images += row.images
    counts.problems += row.problems
    counts.usable += usable
    if (row.label === null) counts.unlabelled += usable
    else counts.classes[row.label] = usable
  }
  return [...bySplit.values()]
}
