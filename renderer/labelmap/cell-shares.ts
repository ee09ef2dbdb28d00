/** A cell's classes as probabilities. */
import type { CellClass } from '../../core/labelmap/corrections/index.ts'

/** A class of a cell with its share of the cell's softmax over all annotator classes; 0 where it was removed. */
export interface CellShare extends CellClass {
  share: number
}

/** Classes that the cell does not list have the fill logit; removed ones are unlisted. */
export function cellShares(
  cell: readonly CellClass[],
  ground: { classes: number; fill: number },
): CellShare[] {
  const listed = cell.filter(one => one.logit !== null)
  const rest = Math.max(ground.classes - listed.length, 0)
  let highest = rest > 0 ? ground.fill : -Infinity
  for (const one of listed) highest = Math.max(highest, one.logit!)
  let total = rest * Math.exp(ground.fill - highest)
  for (const one of listed) total += Math.exp(one.logit! - highest)
  const shareOf = (logit: number | null): number => (logit === null ? 0 : Math.exp(logit - highest) / total)
  return cell.map(one => ({ ...one, share: shareOf(one.logit) }))
}
