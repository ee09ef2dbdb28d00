import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { topK } from '../../../core/labelmap/top-k.ts'
import { validateLabelMap } from '../../../core/labelmap/validate.ts'

describe('topK', () => {
  it('lists the strongest classes of each cell, ties to the lower class', () => {
    const dense = Float32Array.of(1, 5, /* class 1 */ 3, 5, /* class 2 */ 3, -1, /* class 3 */ 2, 6)
    const map = topK(dense, [4, 1, 2], 3)
    expect(map.shape).toEqual([3, 1, 2])
    expect(Array.from(map.ids)).toEqual([1, 3, 2, 0, 3, 1])
    expect(Array.from(map.logits)).toEqual([3, 6, 3, 5, 2, 5])
  })

  it('agrees with sorting', () => {
    const shapes = fc.tuple(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
    )
    const arbitrary = shapes.chain(shape =>
      fc.tuple(
        fc.constant(shape),
        fc.array(fc.integer({ min: -5, max: 5 }), {
          minLength: shape[0] * shape[1] * shape[2],
          maxLength: shape[0] * shape[1] * shape[2],
        }),
        fc.integer({ min: 1, max: 40 }),
      ),
    )
    fc.assert(
      fc.property(arbitrary, ([[C, H, W], values, k]) => {
        const map = topK(Float32Array.from(values), [C, H, W], k)
        validateLabelMap(map, { classes: C })
        const cells = H * W
        for (let cell = 0; cell < cells; cell++) {
          const order = Array.from({ length: C }, (_, c) => c).sort(
            (a, b) => values[b * cells + cell]! - values[a * cells + cell]! || a - b,
          )
          expect(map.shape[0]).toBe(Math.min(k, C))
          for (let n = 0; n < map.shape[0]; n++) expect(map.ids[n * cells + cell]).toBe(order[n])
        }
      }),
    )
  })

  it('holds more than 65536 classes', () => {
    const dense = new Float32Array(70000)
    dense[69999] = 1
    expect(topK(dense, [70000, 1, 1], 1).ids[0]).toBe(69999)
  })

  it('refuses NaN, infinity, and shapes or K that make no sense', () => {
    expect(() => topK(Float32Array.of(1, NaN), [2, 1, 1], 1)).toThrow(/class 1/)
    expect(() => topK(Float32Array.of(1, Infinity), [2, 1, 1], 1)).toThrow(
      expect.objectContaining({ code: 'bad-label-map' }),
    )
    expect(() => topK(Float32Array.of(1, 2), [3, 1, 1], 1)).toThrow(
      expect.objectContaining({ code: 'usage' }),
    )
    expect(() => topK(Float32Array.of(1, 2), [2, 1, 1], 0)).toThrow(
      expect.objectContaining({ code: 'usage' }),
    )
  })
})
