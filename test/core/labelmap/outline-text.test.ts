import { describe, expect, it } from 'vitest'
import { outlinePaths, outlineText } from '../../../core/labelmap/outline-text.ts'
import { random } from '../../../core/base/random.ts'

describe('the text of outlines', () => {
  it('is an SVG path without corners that say nothing', () => {
    const square = Float32Array.of(0, 1, 0.5, 1, 1, 1, 1, 2, 0, 2)
    expect(outlineText([square])).toBe('M0 16l16 0 0 16 -16 0z')
    expect(outlineText([square, Float32Array.of(0.5, 0.5, 0.75, 0.5, 0.5, 0.75)])).toBe(
      'M0 16l16 0 0 16 -16 0zM8 8l4 0 -4 4z',
    )
    expect(outlineText([])).toBe('')
  })

  it('keeps a spike, which turns back on its own way', () => {
    expect(outlineText([Float32Array.of(0, 0, 1, 0, 0.5, 0, 0.5, 1)])).toBe('M0 0l16 0 -8 0 0 16z')
  })

  it('gives back paths on which every corner lies, within 1/32 of a cell', () => {
    const draw = random(5)
    const paths = Array.from({ length: 8 }, () =>
      Float32Array.from({ length: 2 * (3 + draw.int(20)) }, () => draw.next() * 15),
    )
    const back = outlinePaths(outlineText(paths))
    expect(back).toHaveLength(paths.length)
    paths.forEach((path, i) => {
      for (let at = 0; at < path.length; at += 2) {
        const near = nearest(back[i]!, path[at]!, path[at + 1]!)
        expect(near).toBeLessThan(Math.SQRT2 / 32 + 1e-5)
      }
    })
  })

  it('refuses anything else', () => {
    for (const text of ['M0 0', 'M0 0l1z', 'M0 0l1 1zx', '<svg>', 'M0 0l1 1z M0 0l1 1z'])
      expect(() => outlinePaths(text), text).toThrow('cannot be read')
  })
})

/** Distance of a point from a closed path. */
function nearest(path: Float32Array, x: number, y: number): number {
  let least = Infinity
  for (let i = 0; i < path.length; i += 2) {
    const [ax, ay] = [path[i]!, path[i + 1]!]
    const [bx, by] = [path[(i + 2) % path.length]!, path[(i + 3) % path.length]!]
    const length = (bx - ax) ** 2 + (by - ay) ** 2
    const t =
      length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length))
    least = Math.min(least, Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)))
  }
  return least
}
