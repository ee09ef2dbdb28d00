/** How much of a picture the outlines of its regions enclose. */
import type { RegionPlan } from '../../core/labelmap/regions/index.ts'

/** Samples along a cell's side. */
const perCell = 16

/** Share of the picture inside at least one region's outline, 0…1, from 16×16 samples a cell. */
export function outlinedShare({ regions, height, width }: RegionPlan): number {
  const [rows, columns] = [height * perCell, width * perCell]
  let covered = 0
  for (let row = 0; row < rows; row++) {
    const inside = new Uint8Array(columns)
    for (const { paths } of regions) fillRow(paths, (row + 0.5) / perCell, inside)
    for (const one of inside) covered += one
  }
  return covered / (rows * columns)
}

/** Marks the samples of the row at `y` that the paths wind around; holes run the other way round. */
function fillRow(paths: readonly Float32Array[], y: number, inside: Uint8Array): void {
  const crossings: { x: number; turn: number }[] = []
  for (const path of paths)
    for (let i = 0; i < path.length; i += 2) {
      const next = (i + 2) % path.length
      const [x0, y0, x1, y1] = [path[i]!, path[i + 1]!, path[next]!, path[next + 1]!]
      if (y0 <= y === y1 <= y) continue
      crossings.push({ x: x0 + ((y - y0) / (y1 - y0)) * (x1 - x0), turn: y1 > y0 ? 1 : -1 })
    }
  crossings.sort((a, b) => a.x - b.x)
  let winding = 0
  crossings.forEach(({ x, turn }, i) => {
    winding += turn
    if (winding === 0) return
    const from = Math.max(0, Math.ceil(x * perCell - 0.5))
    const to = Math.min(inside.length, Math.ceil((crossings[i + 1]?.x ?? x) * perCell - 0.5))
    inside.fill(1, from, to)
  })
}
