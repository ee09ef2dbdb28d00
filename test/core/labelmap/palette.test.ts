/** The palette: looks that can be told apart, also by colour-blind eyes. */
import { describe, expect, it } from 'vitest'
import { assignSwatches, onHatch, swatch, swatchCount } from '../../../core/labelmap/palette.ts'

describe('the palette', () => {
  it('gives the first seven classes a colour each and the first 49 a look of their own', () => {
    const looks = Array.from({ length: swatchCount }, (_, n) => swatch(n))
    expect(new Set(looks.slice(0, 7).map(s => s.color.join())).size).toBe(7)
    expect(new Set(looks.map(s => s.color.join() + s.hatch)).size).toBe(49)
    expect(assignSwatches([5, 9, 5]).size).toBe(2)
  })

  it('keeps its colours apart in lightness or hue as dichromats see them', () => {
    // Viénot, Brettel and Mollon 1999: what a protanope and a deuteranope see of linear RGB.
    const linear = (v: number): number => (v / 255) ** 2.2
    const seen = [
      ([r, g, b]: readonly number[]) => [0.11238 * r! + 0.88762 * g!, b! + 0.004 * (r! - g!)],
      ([r, g, b]: readonly number[]) => [0.29275 * r! + 0.70725 * g!, b! + 0.02234 * (g! - r!)],
    ]
    const colors = Array.from({ length: 7 }, (_, n) => swatch(n).color.map(linear))
    for (const see of seen)
      for (let a = 0; a < 7; a++)
        for (let b = 0; b < a; b++) {
          const [p, q] = [see(colors[a]!), see(colors[b]!)]
          expect(Math.hypot(p[0]! - q[0]!, p[1]! - q[1]!)).toBeGreaterThan(0.03)
        }
  })

  it('draws a quarter of the pixels as lines, dots fewer and crosses more', () => {
    const share = (hatch: Parameters<typeof onHatch>[0]): number => {
      let on = 0
      for (let i = 0; i < 64 * 64; i++) if (onHatch(hatch, i % 64, Math.floor(i / 64))) on++
      return on / 4096
    }
    expect(share('plain')).toBe(0)
    for (const hatch of ['rising', 'falling', 'vertical', 'horizontal'] as const)
      expect(share(hatch)).toBe(0.25)
    expect(share('dots')).toBe(1 / 16)
    expect(share('crossed')).toBe(7 / 16)
  })
})
