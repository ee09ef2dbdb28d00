/** Snap: a stroke takes along the regions that it mostly covers. */
import type { Operation } from '../../../../core/contract/api/corrections.ts'
import type { RegionPlan } from '../../../../core/labelmap/regions/index.ts'

/** The part of a region that a stroke has to cover. */
const snapShare = 0.5

/** Operations that make a class lead or share: its own regions need nothing more. */
const giving: readonly Operation['kind'][] = ['label', 'also']

/**
 * The cells of a stroke, and those of every drawn region of which it covers at least half, in ascending order of what is
 * added. Regions of a class that is being given do not come along.
 */
export function snapped(
  cells: readonly number[],
  plan: Pick<RegionPlan, 'regions'> | null,
  operation: Operation,
): readonly number[] {
  if (!plan) return cells
  const own = new Set(cells)
  const more = new Set<number>()
  for (const region of plan.regions) {
    if (giving.includes(operation.kind) && region.id === operation.class) continue
    const covered = region.cells.filter(cell => own.has(cell)).length
    if (covered === 0 || covered < region.cells.length * snapShare) continue
    for (const cell of region.cells) if (!own.has(cell)) more.add(cell)
  }
  return more.size === 0 ? cells : [...cells, ...[...more].sort((a, b) => a - b)]
}
