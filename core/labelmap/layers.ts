/** Which classes are strongest in a label map, cell by cell and by area. */
import type { LabelMap } from './label-map.ts'

/** Each cell's class with the highest logit (ties: the lower class), row-major `[H, W]`. */
export function topClasses(map: LabelMap): Uint32Array {
  const [K, H, W] = map.shape
  const cells = H * W
  const top = new Uint32Array(cells)
  for (let cell = 0; cell < cells; cell++) {
    let best = cell
    for (let at = cell + cells; at < K * cells; at += cells) {
      const [z, before] = [map.logits[at]!, map.logits[best]!]
      if (z > before || (z === before && map.ids[at]! < map.ids[best]!)) best = at
    }
    top[cell] = map.ids[best]!
  }
  return top
}

/** The classes that are strongest somewhere, those with the most cells first (ties: the lower class). */
export function classesByArea(map: LabelMap): { id: number; cells: number }[] {
  const counts = new Map<number, number>()
  for (const id of topClasses(map)) counts.set(id, (counts.get(id) ?? 0) + 1)
  return [...counts].map(([id, cells]) => ({ id, cells })).sort((a, b) => b.cells - a.cells || a.id - b.id)
}
