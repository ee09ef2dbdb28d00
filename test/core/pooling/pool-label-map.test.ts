import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { cropBox } from '../../../core/pooling/crop.ts'
import { poolLabelMap } from '../../../core/pooling/pool-label-map.ts'
import { roiAlign } from '../../../core/pooling/roi-align.ts'
import { sharedFile } from '../../shared.ts'
import { randomMap, stripesMap, uniformMap } from './maps.ts'

interface Expected {
  top_ids: number[]
  top_prob: number[]
  logits_of_top: number[]
  background_mass: number
}
interface Case {
  shape: [number, number, number]
  classes: number
  values: number[]
  ids: number[]
  image_size_hw: [number, number]
  crop_tlhw: [number, number, number, number]
  correct: Expected
  /** Absent where the map is not square. */
  published?: Expected
}

const golden = sharedFile('golden/label-pooling.json')
const square = { height: 300, width: 300 }
const pool = (map: LabelMap, [top, left, height, width]: [number, number, number, number], classes = 1000) =>
  poolLabelMap(map, { top, left, height, width }, square, { classes })

/** The map of the mirrored image. */
function mirror(map: LabelMap): LabelMap {
  const [K, H, W] = map.shape
  const [ids, logits] = [map.ids.slice(), map.logits.slice()]
  for (let row = 0; row < K * H; row++) {
    ids.subarray(row * W, (row + 1) * W).reverse()
    logits.subarray(row * W, (row + 1) * W).reverse()
  }
  return { shape: [K, H, W], ids, logits }
}

describe('poolLabelMap', () => {
  it.skipIf(!golden)(
    'gives the golden numbers in both axis orders within 1e-4 (the tolerance stated there)',
    () => {
      const { cases } = JSON.parse(readFileSync(golden!, 'utf8')) as { cases: Case[] }
      expect(cases.length).toBeGreaterThan(10)
      for (const c of cases) {
        const map: LabelMap = {
          shape: c.shape,
          ids: Uint16Array.from(c.ids),
          logits: Float32Array.from(c.values),
        }
        const [height, width] = c.image_size_hw
        const [top, left, h, w] = c.crop_tlhw
        for (const axes of ['correct', 'published'] as const) {
          const expected = c[axes]
          if (!expected) continue
          const result = poolLabelMap(
            map,
            { top, left, height: h, width: w },
            { height, width },
            { classes: c.classes, axes },
          )
          expected.top_ids.forEach((id, i) => {
            expect(Math.abs(result.logits[id]! - expected.logits_of_top[i]!)).toBeLessThanOrEqual(1e-4)
            expect(Math.abs(result.probabilities[id]! - expected.top_prob[i]!)).toBeLessThanOrEqual(1e-4)
          })
          const listed = new Set(c.ids)
          const background = result.probabilities.reduce((sum, p, id) => (listed.has(id) ? sum : sum + p), 0)
          expect(Math.abs(background - expected.background_mass)).toBeLessThanOrEqual(1e-4)
        }
      }
    },
  )

  // The numbers below follow by hand from the rule: p = exp(z) / Σ exp(z) over 1000 classes.
  it('pools a uniform map to its own softmax, whatever the crop', () => {
    const map = uniformMap([0, 1, 2, 3, 4], [10, 8, 6, 4, 2])
    for (const crop of [
      [0, 0, 300, 300],
      [13, 200, 60, 41],
      [280, 280, 20, 20],
    ] as const) {
      const { probabilities: p } = pool(map, [...crop])
      ;[0.832197, 0.112626, 0.015242, 0.002063, 0.000279].forEach((value, id) =>
        expect(Math.abs(p[id]! - value)).toBeLessThan(1e-6),
      )
      expect(p.reduce((sum, v, id) => (id < 5 ? sum : sum + v), 0)).toBeCloseTo(0.0375928, 6)
    }
  })

  it('localizes: stripes of two classes on the whole image, its left third and its top fifth', () => {
    const map = stripesMap()
    const whole = pool(map, [0, 0, 300, 300])
    expect(whole.logits[10]).toBeCloseTo(5, 5)
    expect(whole.logits[11]).toBeCloseTo(1.8, 5)
    expect(whole.probabilities[10]).toBeCloseTo(0.128779, 6)
    expect(whole.probabilities[11]).toBeCloseTo(0.005249, 6)
    const left = pool(map, [0, 0, 300, 100])
    expect(left.logits[10]).toBeCloseTo(15, 5)
    expect(left.logits[11]).toBeCloseTo(1.8, 5)
    expect(left.probabilities[10]).toBeCloseTo(Math.exp(15) / (Math.exp(15) + Math.exp(1.8) + 998), 6)
    const top = pool(map, [0, 0, 60, 300])
    expect(top.logits[10]).toBeCloseTo(5, 5)
    expect(top.logits[11]).toBeCloseTo(9, 5)
    expect(top.probabilities[10]).toBeCloseTo(0.016046, 6)
    expect(top.probabilities[11]).toBeCloseTo(0.87606, 5)
  })

  it('swaps the axes only when asked for the published order', () => {
    const map = stripesMap()
    const crop = { top: 0, left: 0, height: 300, width: 100 }
    const { logits } = poolLabelMap(map, crop, square, { classes: 20, axes: 'published' })
    expect(logits[10]).toBeCloseTo(5, 5)
    expect(logits[11]).toBeCloseTo(9 * 0.6, 5)
  })

  it('equals scatter, RoIAlign and softmax for any map, crop and fill (float32 sums: 1e-4)', () => {
    const arbitrary = fc.record({
      seed: fc.nat(),
      shape: fc.tuple(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
      ),
      height: fc.integer({ min: 1, max: 400 }),
      width: fc.integer({ min: 1, max: 400 }),
      cut: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      part: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      fill: fc.constantFrom(0, -3, 1.5),
      axes: fc.constantFrom('correct' as const, 'published' as const),
    })
    fc.assert(
      fc.property(arbitrary, ({ seed, shape, height, width, cut, part, fill, axes }) => {
        const classes = 12
        const [K, H, W] = shape
        const map = randomMap(seed, classes, shape)
        const h = 1 + Math.floor(part[0] * (height - 1))
        const w = 1 + Math.floor(part[1] * (width - 1))
        const crop = {
          top: Math.floor(cut[0] * (height - h)),
          left: Math.floor(cut[1] * (width - w)),
          height: h,
          width: w,
        }
        const dense = new Float32Array(classes * H * W).fill(fill)
        for (let i = 0; i < K * H * W; i++) dense[map.ids[i]! * H * W + (i % (H * W))] = map.logits[i]!
        const box = cropBox(crop, { height, width }, { height: H, width: W }, axes)
        const logits = roiAlign(dense, [classes, H, W], box, { outputSize: 1 })
        const total = logits.reduce((sum, z) => sum + Math.exp(z), 0)
        const result = poolLabelMap(map, crop, { height, width }, { classes, fill, axes })
        for (let c = 0; c < classes; c++) {
          expect(Math.abs(result.logits[c]! - logits[c]!)).toBeLessThan(1e-4)
          expect(Math.abs(result.probabilities[c]! - Math.exp(logits[c]!) / total)).toBeLessThan(1e-4)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('does not change when image, map and crop are mirrored', () => {
    const map = randomMap(5, 30, [3, 7, 9])
    const image = { height: 70, width: 90 }
    const crop = { top: 10, left: 5, height: 31, width: 44 }
    const straight = poolLabelMap(map, crop, image, { classes: 30 })
    const mirrored = poolLabelMap(mirror(map), { ...crop, left: 90 - 5 - 44 }, image, { classes: 30 })
    mirrored.logits.forEach((z, c) => expect(z).toBeCloseTo(straight.logits[c]!, 5))
  })

  it('refuses crops outside the image', () => {
    const map = uniformMap([0], [1])
    for (const crop of [
      [-1, 0, 10, 10],
      [0, 0, 301, 10],
      [0, 295, 10, 6],
      [0, 0, 0, 10],
      [0, 0, 10, NaN],
      [0, Infinity, 10, 10],
    ] as const)
      expect(() => pool(map, [...crop])).toThrow(expect.objectContaining({ code: 'usage' }))
  })

  it('refuses maps with NaN, infinity, unknown classes or a class twice in a cell', () => {
    const bad = expect.objectContaining({ code: 'bad-label-map' })
    for (const value of [NaN, Infinity, -Infinity]) {
      const map = uniformMap([0, 1], [2, 1])
      map.logits[77] = value
      expect(() => pool(map, [0, 0, 20, 20])).toThrow(bad)
    }
    expect(() => pool(uniformMap([5], [1]), [0, 0, 300, 300], 5)).toThrow(bad)
    expect(() => pool(uniformMap([5, 5], [1, 1]), [0, 0, 300, 300])).toThrow(bad)
    expect(() => pool({ ...uniformMap([5], [1]), shape: [1, 15, 14] }, [0, 0, 300, 300])).toThrow(bad)
  })
})
