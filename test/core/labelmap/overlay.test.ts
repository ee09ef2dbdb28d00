import { describe, expect, it } from 'vitest'
import { classesByArea, classStrength, resizeField, topClasses } from '../../../core/labelmap/layers.ts'
import { composeOver, strengthOverlay, topClassOverlay } from '../../../core/labelmap/overlay.ts'
import { assignSwatches, onHatch, swatch, swatchCount } from '../../../core/labelmap/palette.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'

/** 1×3 cells: class 7 twice, then class 2; the other one is second. */
const map: LabelMap = {
  shape: [2, 1, 3],
  ids: Uint16Array.of(7, 7, 2, 2, 2, 7),
  logits: Float32Array.of(5, 4, 3, 1, 1, 1),
}
const size = { height: 2, width: 6, classes: 10 }
const pixel = (image: { data: Uint8ClampedArray }, i: number): number[] =>
  Array.from(image.data.subarray(i * 4, i * 4 + 4))

describe('layers', () => {
  it('name the strongest class of each cell, ties to the lower class', () => {
    expect(Array.from(topClasses(map))).toEqual([7, 7, 2])
    expect(classesByArea(map)).toEqual([
      { id: 7, cells: 2 },
      { id: 2, cells: 1 },
    ])
    expect(
      topClasses({ shape: [2, 1, 1], ids: Uint16Array.of(9, 4), logits: Float32Array.of(1, 1) })[0],
    ).toBe(4)
  })

  it('give the softmax of a class over all classes, unlisted ones at the fill logit', () => {
    const { values } = classStrength(map, 7, 10)
    expect(values[0]).toBeCloseTo(Math.exp(5) / (Math.exp(5) + Math.exp(1) + 8), 6)
    expect(values[2]).toBeCloseTo(Math.exp(1) / (Math.exp(3) + Math.exp(1) + 8), 6)
    expect(classStrength(map, 3, 10).values).toEqual(new Float32Array(3))
    expect(classStrength(map, 7, 10, -100).values[0]).toBeCloseTo(Math.exp(4) / (Math.exp(4) + 1), 6)
  })

  it('are resized by pixel centres', () => {
    const field = { height: 1, width: 2, values: Float32Array.of(0, 1) }
    expect(Array.from(resizeField(field, 1, 4, 'nearest').values)).toEqual([0, 0, 1, 1])
    expect(Array.from(resizeField(field, 2, 4, 'bilinear').values)).toEqual([
      0, 0.25, 0.75, 1, 0, 0.25, 0.75, 1,
    ])
  })
})

describe('overlays', () => {
  it('colour each cell by its strongest class, the more opaque the stronger', () => {
    const { image, legend } = topClassOverlay(map, size)
    expect(legend.map(entry => entry.id)).toEqual([7, 2])
    expect(pixel(image, 0).slice(0, 3)).toEqual([...legend[0]!.swatch.color])
    expect(pixel(image, 5).slice(0, 3)).toEqual([...legend[1]!.swatch.color])
    expect(pixel(image, 0)[3]).toBeGreaterThan(pixel(image, 2)[3]!)
    expect(pixel(image, 2)[3]).toBeGreaterThan(pixel(image, 4)[3]!)
    expect(image.data.length).toBe(2 * 6 * 4)
  })

  it('stay clear below the threshold and at opacity 0', () => {
    const { image } = topClassOverlay(map, { ...size, threshold: 0.8 })
    expect(pixel(image, 0)[3]).toBeGreaterThan(0)
    expect(pixel(image, 5)[3]).toBe(0)
    const clear = topClassOverlay(map, { ...size, opacity: 0 })
    expect([0, 3, 11].map(i => pixel(clear.image, i)[3])).toEqual([0, 0, 0])
  })

  it('let smoothed classes meet between cells', () => {
    const { image } = topClassOverlay(map, { ...size, width: 60, smoothing: 'bilinear' })
    const alphas = Array.from({ length: 60 }, (_, x) => pixel(image, x)[3]!)
    const steps = alphas.slice(1).map((a, i) => Math.abs(a - alphas[i]!))
    expect(Math.max(...steps)).toBeLessThan(12)
  })

  it('show one class’s strength as alpha', () => {
    const { image } = strengthOverlay(map, 7, { ...size, opacity: 1, color: [1, 2, 3] })
    const expected = Math.round((Math.exp(5) / (Math.exp(5) + Math.exp(1) + 8)) * 255)
    expect(pixel(image, 0)).toEqual([1, 2, 3, expected])
    expect(pixel(strengthOverlay(map, 3, size).image, 0)[3]).toBe(0)
  })

  it('are laid over an image', () => {
    const image = { height: 1, width: 2, data: Uint8Array.of(100, 100, 100, 0, 0, 0) }
    const overlay = { height: 1, width: 2, data: Uint8ClampedArray.of(200, 0, 100, 255, 255, 255, 255, 51) }
    expect(Array.from(composeOver(image, overlay))).toEqual([200, 0, 100, 51, 51, 51])
    expect(() => composeOver({ ...image, width: 1 }, overlay)).toThrow(
      expect.objectContaining({ code: 'mismatch' }),
    )
  })

  it('refuse sizes and shares that make no sense', () => {
    for (const change of [{ width: 0 }, { height: 1e9 }, { opacity: 2 }, { threshold: NaN }])
      expect(() => topClassOverlay(map, { ...size, ...change })).toThrow(
        expect.objectContaining({ code: 'usage' }),
      )
  })
})

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
