/** Aligns lines with their own x values on one common x axis, as uPlot needs them. */

/** One line; x ascending, as long as y. */
export interface Line {
  label: string
  x: readonly number[]
  y: readonly (number | null)[]
}

/** [x, y of the first line, y of the second, …]; undefined: the line has no point there, null: its value is unknown. */
export type Aligned = [number[], ...(number | null | undefined)[][]]

/** Joins the x values of all lines. If a line has an x twice, its last value is kept. */
export function align(lines: readonly Pick<Line, 'x' | 'y'>[]): Aligned {
  const places = [...new Set(lines.flatMap(line => line.x))].sort((a, b) => a - b)
  const index = new Map(places.map((x, i) => [x, i]))
  const ys = lines.map(line => {
    const y = new Array<number | null | undefined>(places.length).fill(undefined)
    line.x.forEach((x, i) => {
      const value = line.y[i]
      y[index.get(x)!] = value === undefined || (value !== null && !Number.isFinite(value)) ? null : value
    })
    return y
  })
  return [places, ...ys]
}

/**
 * Exponential moving average with the weight of new points in (0, 1]; unknown values are skipped. The first values are
 * corrected for the short history (as Adam's moments are), so that a curve does not start at a made-up level.
 */
export function smoothed(y: readonly (number | null)[], weight: number): (number | null)[] {
  let sum = 0
  let norm = 0
  return y.map(value => {
    if (value === null || !Number.isFinite(value)) return null
    sum = (1 - weight) * sum + weight * value
    norm = (1 - weight) * norm + weight
    return sum / norm
  })
}
