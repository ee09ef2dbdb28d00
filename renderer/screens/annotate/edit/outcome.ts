/** What an edit did, for the status line: which classes led its cells, which lead now, and the target before and after. */
import type { Operation } from '../../../../core/contract/api/corrections.ts'
import { leadingShares } from '../../../labelmap/cell-shares.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'

/** Classes that lead cells, those of most cells first; −1: no class leads. */
export interface Led {
  id: number
  cells: number
}

export interface Outcome {
  cells: number
  from: readonly Led[]
  to: readonly Led[]
  /** Mean probability of the class that leads most cells now, over those. */
  share: number
  /** Whether another class leads any cell. */
  changed: boolean
}

/** The leader of each of some cells with its probability, in a map as it is shown. */
export function leadersOf(
  view: LabelMap,
  cells: readonly number[],
  space: { classes: number; fill: number },
): { id: number; share: number }[] {
  return cells.map(cell => leadingShares(view, cell, space, 1)[0] ?? { id: -1, share: 0 })
}

function count(leaders: readonly { id: number }[]): Led[] {
  const counts = new Map<number, number>()
  for (const { id } of leaders) counts.set(id, (counts.get(id) ?? 0) + 1)
  return [...counts].map(([id, cells]) => ({ id, cells })).sort((a, b) => b.cells - a.cells || a.id - b.id)
}

/** From the leaders of the changed cells before and after. */
export function outcomeOf(
  before: readonly { id: number }[],
  after: readonly { id: number; share: number }[],
): Outcome {
  const to = count(after)
  const best = after.filter(one => one.id === to[0]?.id)
  return {
    cells: before.length,
    from: count(before),
    to,
    share: best.reduce((sum, one) => sum + one.share, 0) / Math.max(1, best.length),
    changed: before.some((one, i) => one.id !== after[i]!.id),
  }
}

/** The class whose target is told: the one that is given, else the one that led most cells. */
export function toldClass({ kind, class: id, to }: Operation, { from }: Outcome): number | null {
  const given = kind === 'really' || kind === 'swap' ? to : id
  if (given !== null) return given
  const led = from.find(one => one.id >= 0)
  return led ? led.id : null
}
