/** The classes that the Regions view draws, for the list beside the picture; pure. */
import type { RegionPlan } from '../../core/labelmap/regions/index.ts'

export interface DrawnClass {
  id: number
  /** It is the given label. */
  given: boolean
  /** Cells in its regions; 0: the given label leads none. */
  cells: number
  /** Mean probability over these cells, 0…1. */
  share: number
}

/** In the plan's order; a given label that leads nowhere comes first. */
export function drawnClasses(plan: RegionPlan): DrawnClass[] {
  const classes = new Map<number, DrawnClass>()
  if (plan.givenNowhere && plan.given !== null)
    classes.set(plan.given, { id: plan.given, given: true, cells: 0, share: 0 })
  for (const { id, role, cells, mean } of plan.regions) {
    const before = classes.get(id) ?? { id, given: role === 'given', cells: 0, share: 0 }
    const count = before.cells + cells.length
    const share = (before.share * before.cells + mean * cells.length) / count
    classes.set(id, { ...before, cells: count, share })
  }
  return [...classes.values()]
}
