/** Who leads each cell of a label map, and how surely; from the listed classes alone, never from all C. */
import type { LabelMap } from '../label-map.ts'

/** The cells of a map as the rule needs them. */
export interface CellLeaders {
  /** [H·W] the class with the highest logit (of equals the lower one); −1: nothing is above the fill logit. */
  leader: Int32Array
  /** [H·W] its logit; the fill logit where no class leads. */
  logit: Float32Array
  /** [H·W] its probability; 0 where no class leads. */
  share: Float32Array
  /** [H·W] the cell's highest logit, listed or not, and the sum of e^(z − highest) over all classes. */
  highest: Float64Array
  total: Float64Array
}

/** The softmax of a cell runs over `classes`, of which those not listed have the logit `fill`. */
export function cellLeaders(map: LabelMap, classes: number, fill: number): CellLeaders {
  const [K, H, W] = map.shape
  const cells = H * W
  const leader = new Int32Array(cells).fill(-1)
  const logit = new Float32Array(cells).fill(fill)
  const share = new Float32Array(cells)
  const highest = new Float64Array(cells)
  const total = new Float64Array(cells)
  const { ids, logits } = map
  for (let cell = 0; cell < cells; cell++) {
    let [best, top] = [-1, -Infinity]
    for (let at = cell; at < K * cells; at += cells) {
      const z = logits[at]!
      if (z > top || (z === top && ids[at]! < best)) [best, top] = [ids[at]!, z]
    }
    const most = K < classes ? Math.max(top, fill) : top
    let sum = (classes - K) * Math.exp(fill - most)
    for (let at = cell; at < K * cells; at += cells) sum += Math.exp(logits[at]! - most)
    highest[cell] = most
    total[cell] = sum
    if (!(top > fill)) continue
    leader[cell] = best
    logit[cell] = top
    share[cell] = 1 / sum
  }
  return { leader, logit, share, highest, total }
}

/** Probabilities of the classes `drawn` in every cell, [H·W] each. */
export function sharesOf(
  map: LabelMap,
  { highest, total }: CellLeaders,
  drawn: readonly number[],
  fill: number,
): Map<number, Float32Array> {
  const cells = map.shape[1] * map.shape[2]
  const shareAt = (z: number, cell: number): number => Math.exp(z - highest[cell]!) / total[cell]!
  const unlisted = Float32Array.from(highest, (_, cell) => shareAt(fill, cell))
  const shares = new Map(drawn.map(id => [id, unlisted.slice()]))
  for (let at = 0; at < map.ids.length; at++) {
    const share = shares.get(map.ids[at]!)
    if (!share) continue
    const cell = at % cells
    share[cell] = shareAt(map.logits[at]!, cell)
  }
  return shares
}

/**
 * The target of the whole image: the softmax of each class's mean logit over all cells. Answers for any class, listed or
 * not.
 */
export function wholeTarget(map: LabelMap, classes: number, fill: number): (id: number) => number {
  const cells = map.shape[1] * map.shape[2]
  const sums = new Map<number, number>()
  for (let at = 0; at < map.ids.length; at++)
    sums.set(map.ids[at]!, (sums.get(map.ids[at]!) ?? 0) + (map.logits[at]! - fill))
  const mean = (id: number): number => (sums.get(id) ?? 0) / cells
  let highest = sums.size < classes ? 0 : -Infinity
  for (const sum of sums.values()) highest = Math.max(highest, sum / cells)
  let total = Math.max(0, classes - sums.size) * Math.exp(-highest)
  for (const sum of sums.values()) total += Math.exp(sum / cells - highest)
  return id => Math.exp(mean(id) - highest) / total
}
