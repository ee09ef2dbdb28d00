/** The classes beside the picture from which one is chosen for the view of one class; pure. */
import type { RegionPlan } from '../../../core/labelmap/regions/index.ts'
import { drawnClasses } from '../../labelmap/drawn-classes.ts'

export interface Choice {
  id: number
  given: boolean
  /** In its regions; of a class that is not drawn, those that it leads. */
  cells: number
  /** Mean probability over its regions' cells; null: it has none. */
  share: number | null
}

/** Those that are drawn, then those that lead the most cells, `most` in all. */
export function choicesOf(
  plan: RegionPlan,
  leading: readonly { id: number; cells: number }[],
  most: number,
): Choice[] {
  const drawn = drawnClasses(plan)
  const known = new Set(drawn.map(({ id }) => id))
  const others = leading
    .filter(({ id }) => !known.has(id))
    .map(({ id, cells }): Choice => ({ id, given: false, cells, share: null }))
  return [...drawn, ...others.slice(0, Math.max(0, most - drawn.length))]
}
