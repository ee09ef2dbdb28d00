/** A cell's classes as probabilities. */
import type { CellClass } from '../../core/labelmap/corrections/index.ts'
import type { LabelMap } from '../../core/labelmap/label-map.ts'

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

/**
 * The classes of a cell above the fill logit, the strongest first, with their shares of its softmax over `classes`
 * classes; at most `count`.
 */
export function leadingShares(
  map: LabelMap,
  cell: number,
  { classes, fill }: { classes: number; fill: number },
  count: number,
): { id: number; share: number }[] {
  const [K, H, W] = map.shape
  const places = Array.from({ length: K }, (_, k) => k * H * W + cell)
  const highest = places.reduce((most, at) => Math.max(most, map.logits[at]!), K < classes ? fill : -Infinity)
  let total = Math.max(classes - K, 0) * Math.exp(fill - highest)
  for (const at of places) total += Math.exp(map.logits[at]! - highest)
  return places
    .filter(at => map.logits[at]! > fill)
    .map(at => ({ id: map.ids[at]!, logit: map.logits[at]! }))
    .sort((a, b) => b.logit - a.logit || a.id - b.id)
    .slice(0, count)
    .map(({ id, logit }) => ({ id, share: Math.exp(logit - highest) / total }))
}
