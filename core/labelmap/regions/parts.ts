/** Groups of cells that touch. */

/** A grid's sides, in cells. */
export interface Grid {
  height: number
  width: number
}

/** Cells of the grid of 15×15 with which the rule's sizes were chosen. */
const usualCells = 225

/**
 * A number of cells of a 15×15 grid as one that covers as much of a finer grid; coarser grids keep the number, because a
 * few cells are the least that says anything.
 */
export function scaledCells(count: number, { height, width }: Grid): number {
  return Math.max(count, Math.floor((count * height * width) / usualCells))
}

/**
 * The parts of equal value: cells joined over sides and corners, in reading order of their first cell; each part's cells
 * ascend. Cells with a negative value belong to no part.
 */
export function partsOf(values: Int32Array, { height, width }: Grid): { value: number; cells: number[] }[] {
  const seen = new Uint8Array(values.length)
  const parts: { value: number; cells: number[] }[] = []
  for (let seed = 0; seed < values.length; seed++) {
    const value = values[seed]!
    if (value < 0 || seen[seed]) continue
    const cells = [seed]
    seen[seed] = 1
    for (let next = 0; next < cells.length; next++) {
      const [y, x] = [Math.floor(cells[next]! / width), cells[next]! % width]
      for (let v = Math.max(y - 1, 0); v < Math.min(y + 2, height); v++)
        for (let u = Math.max(x - 1, 0); u < Math.min(x + 2, width); u++) {
          const cell = v * width + u
          if (seen[cell] || values[cell] !== value) continue
          seen[cell] = 1
          cells.push(cell)
        }
    }
    parts.push({ value, cells: cells.sort((a, b) => a - b) })
  }
  return parts
}
