/** Outlines as the text of an SVG path in sixteenths of a cell: short enough to be sent for a screen full of images. */
import { fail } from '../base/error.ts'

/** Units of the text in a cell. */
const units = 16

/** A closed path's corners in units, rounded, x and y in turn, without those that lie on the way to the next. */
function cornersOf(path: Float32Array): number[] {
  const corners: number[] = []
  for (let i = 0; i < path.length; i += 2) {
    const [x, y] = [Math.round(path[i]! * units), Math.round(path[i + 1]! * units)]
    while (corners.length > 2) {
      const [bx, by] = [corners.at(-2)!, corners.at(-1)!]
      const [ux, uy, vx, vy] = [bx - corners.at(-4)!, by - corners.at(-3)!, x - bx, y - by]
      if (ux * vy !== uy * vx || ux * vx + uy * vy < 0) break
      corners.length -= 2
    }
    corners.push(x, y)
  }
  return corners
}

/** Closed paths (x0, y0, x1, y1, … in cells) as text: `M0 16l16 0 0 16z`; each corner is within 1/32 of a cell. */
export function outlineText(paths: readonly Float32Array[]): string {
  return paths
    .map(path => {
      const corners = cornersOf(path)
      const steps: string[] = []
      for (let i = 2; i < corners.length; i += 2)
        steps.push(`${corners[i]! - corners[i - 2]!} ${corners[i + 1]! - corners[i - 1]!}`)
      return `M${corners[0] ?? 0} ${corners[1] ?? 0}l${steps.join(' ')}z`
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
