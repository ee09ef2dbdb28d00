/** Adds up what carrying does to many images, in an amount of memory that does not depend on how many there are. */
import { foreignClassOf } from '../../labelmap/class-space.ts'
import type { LeftOutReason } from '../../labelmap/corrections/index.ts'
import type { Project } from '../database/handle.ts'
import type { CarriedImage, OpenAnnotation } from './carry.ts'

/** Images and problems that are listed by name. */
const listed = 100

export interface CarryTotals {
  /** Corrected images that were looked at, and those of them with an edit to carry. */
  corrected: number
  images: number
  edits: number
  /** Cells that another class leads, and by which classes, most cells first; null: none leads. */
  cells: number
  leaders: { from: string | null; to: string | null; cells: number }[]
  /** Edits that are not carried, by reason and class. */
  leftOut: { reason: LeftOutReason; class: string | null; edits: number }[]
  /** The first images with an edit to carry. */
  first: { key: string; edits: number; cells: number }[]
  /** Images that could not be carried; the first of them with the reason. */
  failed: number
  problems: { key: string; code: string; message: string }[]
}

/** Counts under keys of several parts. */
interface Tally<T> {
  add: (parts: T, key: string, count: number) => void
  list: () => { parts: T; count: number }[]
}

function tally<T>(): Tally<T> {
  const counts = new Map<string, { parts: T; count: number }>()
  return {
    add(parts, key, count) {
      const known = counts.get(key)
      if (known) known.count += count
      else counts.set(key, { parts, count })
    },
    list: () => [...counts.values()].sort((a, b) => b.count - a.count),
  }
}

/** The totals of some images; read them from `carryCorrections` one at a time. */
export function carryTotals(
  project: Project,
  { from, to }: { from: OpenAnnotation; to: OpenAnnotation },
): { add: (image: CarriedImage) => void; totals: () => CarryTotals } {
  const nameOf = ({ reader }: OpenAnnotation, shown: number): string => {
    const foreign = foreignClassOf(shown)
    const found = foreign === null ? project.classes[shown] : reader.manifest.classes[foreign]
    return found?.name ?? `${shown}`
  }
  const leaders = tally<{ from: number; to: number }>()
  const leftOut = tally<{ reason: LeftOutReason; class: number | null }>()
  const sums = { corrected: 0, images: 0, edits: 0, cells: 0, failed: 0 }
  const first: CarryTotals['first'] = []
  const problems: CarryTotals['problems'] = []
  return {
    add(image) {
      const { key, problem } = image
      sums.corrected++
      sums.edits += image.edits
      if (image.edits > 0) {
        sums.images++
        sums.cells += image.leaders.length
        if (first.length < listed) first.push({ key, edits: image.edits, cells: image.leaders.length })
        for (const one of image.leaders) leaders.add(one, `${one.from},${one.to}`, 1)
      }
      for (const one of image.leftOut) leftOut.add(one, `${one.reason},${one.class}`, 1)
      if (!problem) return
      sums.failed++
      if (problems.length < listed) problems.push({ key, code: problem.code, message: problem.message })
    },
    totals: () => ({
      ...sums,
      leaders: leaders.list().map(({ parts, count }) => ({
        from: parts.from < 0 ? null : nameOf(to, parts.from),
        to: parts.to < 0 ? null : nameOf(to, parts.to),
        cells: count,
      })),
      leftOut: leftOut.list().map(({ parts, count }) => ({
        reason: parts.reason,
        class: parts.class === null ? null : nameOf(from, parts.class),
        edits: count,
      })),
      first,
      problems,
    }),
  }
}
