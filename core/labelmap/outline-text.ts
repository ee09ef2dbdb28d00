/** Outlines as the text of an SVG path in sixteenths of a cell: short enough to be sent for a screen full of images. */
import { fail } from '../base/error.ts'

/** Units of the text in a cell. */
const units = 16

/** Whether b lies on the way from a to c, so that it can be left out. */
function isOnTheWay([ax, ay]: number[], [bx, by]: number[], [cx, cy]: number[]): boolean {
  const [ux, uy, vx, vy] = [bx! - ax!, by! - ay!, cx! - bx!, cy! - by!]
  return ux * vy === uy * vx && ux * vx + uy * vy >= 0
}

/** A closed path's corners in units, rounded, without those that say nothing. */
function cornersOf(path: Float32Array): number[][] {
  const corners: number[][] = []
  for (let i = 0; i < path.length; i += 2) {
    const corner = [Math.round(path[i]! * units), Math.round(path[i + 1]! * units)]
    while (corners.length > 1 && isOnTheWay(corners.at(-2)!, corners.at(-1)!, corner)) corners.pop()
    corners.push(corner)
  }
  return corners
}

/** Closed paths (x0, y0, x1, y1, … in cells) as text: `M0 16l16 0 0 16z`; each corner is within 1/32 of a cell. */
export function outlineText(paths: readonly Float32Array[]): string {
  return paths
    .map(path => {
      const [first = [0, 0], ...rest] = cornersOf(path)
      let [x, y] = first as [number, number]
      const steps = rest.map(([u, v]) => {
        const step = `${u! - x} ${v! - y}`
        ;[x, y] = [u!, v!]
        return step
      })
      return `M${first.join(' ')}l${steps.join(' ')}z`
    })
    .join('')
}

/** The paths of a text by {@link outlineText}, in cells; throws 'bad-label-map' for any other text. */
export function outlinePaths(text: string): Float32Array[] {
  if (text === '') return []
  if (!/^(M-?\d+ -?\d+l(-?\d+ -?\d+( -?\d+ -?\d+)*)?z)+$/.test(text))
    fail('bad-label-map', 'the outline of a region cannot be read; reload the page')
  return text
    .slice(1, -1)
    .split('zM')
    .map(part => {
      const numbers = part.split(/[l ]/).filter(Boolean).map(Number)
      const path = new Float32Array(numbers.length)
      let [x, y] = [0, 0]
      for (let i = 0; i < numbers.length; i += 2) {
        x += numbers[i]!
        y += numbers[i + 1]!
        path[i] = x / units
        path[i + 1] = y / units
      }
      return path
    })
}
