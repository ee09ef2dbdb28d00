/** Properties of the generated scenes: the recipe's promises, and that they repeat. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeCanvas } from '../../../../core/dataset/digit-scenes/canvas.ts'
import { digitPool, loadDigitPools } from '../../../../core/dataset/digit-scenes/digits.ts'
import { parseSceneOptions } from '../../../../core/dataset/digit-scenes/options.ts'
import { area, intersection, makeScene } from '../../../../core/dataset/digit-scenes/scene.ts'
import type { Split } from '../../../../core/dataset/digit-scenes/scene.ts'

const options = parseSceneOptions()
const pools = await loadDigitPools(options)

describe('digit pools', () => {
  it('are disjoint parts of the training digits, and all test digits', () => {
    const student = pools.student.byClass.flat()
    const annotator = pools.annotator.byClass.flat()
    expect([student.length, annotator.length]).toEqual([10_000, 50_000])
    expect(Math.max(...student)).toBe(9_999)
    expect(annotator.reduce((least, i) => Math.min(least, i), Infinity)).toBe(10_000)
    expect(pools.test.byClass.flat()).toHaveLength(10_000)
    // MNIST's first five training labels are 5, 0, 4, 1, 9.
    expect([5, 0, 4, 1, 9].map(label => pools.student.byClass[label]?.[0])).toEqual([0, 1, 2, 3, 4])
  })

  it('refuses pools that overlap, lie outside, or lack a class', async () => {
    await expect(
      loadDigitPools({ studentPool: [0, 20_000], annotatorPool: [10_000, 60_000] }),
    ).rejects.toThrow(/overlap/)
    await expect(loadDigitPools({ studentPool: [0, 100], annotatorPool: [10_000, 70_000] })).rejects.toThrow(
      /not among/,
    )
    await expect(loadDigitPools({ studentPool: [0, 5], annotatorPool: [10_000, 60_000] })).rejects.toThrow(
      /contain no 2/,
    )
  })

  it('refuses images and labels that do not fit together', () => {
    const labels = { dims: [3], data: Uint8Array.from([0, 1, 2]) }
    expect(() => digitPool({ dims: [2, 1, 1], data: new Uint8Array(2) }, labels)).toThrow(
      /2 MNIST images have 3 labels/,
    )
    expect(() => digitPool({ dims: [3, 2, 1], data: new Uint8Array(6) }, labels)).toThrow(/n × 28 × 28/)
    expect(() =>
      digitPool({ dims: [1, 1, 1], data: new Uint8Array(1) }, { dims: [1], data: Uint8Array.from([10]) }),
    ).toThrow(/label 10/)
  })
})

describe('makeScene', () => {
  it('keeps every promise of the recipe', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.nat(1e6),
        fc.constantFrom<Split>('train', 'val', 'test'),
        (seed, index, split) => {
          const pool = split === 'test' ? pools.test : pools.student
          const scene = makeScene(pool, split, index, { ...options, seed })
          const { objects } = scene
          expect(scene.pixels).toHaveLength(64 * 64 * 3)
          expect(objects.length).toBeGreaterThanOrEqual(1)
          expect(objects.length).toBeLessThanOrEqual(4)
          expect(new Set(objects.map(object => object.class)).size).toBe(objects.length)
          expect(scene.largest).toBe(objects[0]?.class)
          expect(objects.some(object => object.class === scene.label)).toBe(true)
          let before = 40
          for (const [i, { box }] of objects.entries()) {
            const [x1, y1, x2, y2] = box
            expect(Math.min(x1, y1)).toBeGreaterThanOrEqual(0)
            expect(Math.max(x2, y2)).toBeLessThanOrEqual(64)
            const longest = Math.max(x2 - x1, y2 - y1)
            expect(longest).toBeGreaterThanOrEqual(16)
            expect(longest).toBeLessThanOrEqual(before)
            before = longest
            for (const other of objects.slice(0, i))
              expect(intersection(box, other.box)).toBeLessThanOrEqual(
                0.15 * Math.min(area(box), area(other.box)),
              )
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  it('gives the same bytes for the same seed and index, and others for others', () => {
    const scene = makeScene(pools.student, 'train', 7, options)
    expect(makeScene(pools.student, 'train', 7, options)).toEqual(scene)
    expect(makeScene(pools.student, 'train', 8, options).pixels).not.toEqual(scene.pixels)
    expect(makeScene(pools.student, 'val', 7, options).pixels).not.toEqual(scene.pixels)
    expect(makeScene(pools.student, 'train', 7, { ...options, seed: 1 }).pixels).not.toEqual(scene.pixels)
  })

  it('draws counts and wrong labels with their probabilities', () => {
    const n = 2000
    const roomy = { ...options, digitSize: [6, 8] as [number, number] } // so that no digit is dropped
    const counts = [0, 0, 0, 0, 0]
    let wrong = 0
    for (let i = 0; i < n; i++) {
      const scene = makeScene(pools.student, 'train', i, roomy)
      counts[scene.objects.length] = (counts[scene.objects.length] ?? 0) + 1
      if (scene.label !== scene.largest) wrong++
    }
    // Four standard deviations of a binomial of 2,000: at most 0.041.
    ;[0.2, 0.3, 0.3, 0.2].forEach((p, i) =>
      expect(Math.abs((counts[i + 1] ?? 0) / n - p)).toBeLessThan(0.041),
    )
    expect(Math.abs(wrong / n - 0.8 * 0.3)).toBeLessThan(0.041)
  })

  it('paints the digit into its box and only background outside', () => {
    const plain = parseSceneOptions({
      digitCounts: [1],
      pixelNoise: 0,
      backgroundNoise: 0,
      background: [0.2, 0.2],
      ink: [1, 1],
    })
    const scene = makeScene(pools.student, 'train', 3, plain)
    const [x1, y1, x2, y2] = scene.objects[0]?.box ?? [0, 0, 0, 0]
    let brightest = 0
    for (let y = 0; y < 64; y++)
      for (let x = 0; x < 64; x++) {
        const value = scene.pixels[3 * (64 * y + x)] ?? 0
        if (x >= x1 && x < x2 && y >= y1 && y < y2) brightest = Math.max(brightest, value)
        else expect(value).toBe(51)
      }
    expect(brightest).toBeGreaterThan(200)
  })
})

describe('makeCanvas', () => {
  it('keeps the digit’s size and at least 95 % of it on the canvas', () => {
    for (let i = 0; i < 300; i++) {
      const { box, label, pixels } = makeCanvas(pools.annotator, 0, i, options)
      expect(pixels).toHaveLength(48 * 48 * 3)
      expect(label).toBeLessThan(10)
      const longest = Math.max(box[2] - box[0], box[3] - box[1])
      expect(longest).toBeGreaterThanOrEqual(26)
      expect(longest).toBeLessThanOrEqual(48)
      expect(intersection(box, [0, 0, 48, 48])).toBeGreaterThanOrEqual(0.95 * area(box))
    }
    expect(makeCanvas(pools.annotator, 0, 5, options)).toEqual(makeCanvas(pools.annotator, 0, 5, options))
    expect(makeCanvas(pools.annotator, 1, 5, options).pixels).not.toEqual(
      makeCanvas(pools.annotator, 0, 5, options).pixels,
    )
  })
})

describe('parseSceneOptions', () => {
  it('refuses what makes no scene', () => {
    expect(() => parseSceneOptions({ digitSize: [16, 80] })).toThrow(/do not fit into 64 px/)
    expect(() => parseSceneOptions({ digitCounts: [0, 0] })).toThrow(/no number of digits/)
    expect(() => parseSceneOptions({ ink: [1, 0.5] })).toThrow(/must not be above/)
    expect(() => parseSceneOptions({ sizes: 3 } as never)).toThrow(/sizes/)
  })
})
