/** Resampling against values worked out by hand. */
import { describe, expect, it } from 'vitest'
import { resample } from '../../../../core/dataset/digit-scenes/resample.ts'

describe('resample', () => {
  it('keeps a picture at its size, and a constant at any', () => {
    const source = Float32Array.from([1, 2, 3, 4, 5, 6])
    expect([...resample(source, [2, 3], [2, 3])]).toEqual([...source])
    // Weights are normalised in float32: a few ulp.
    for (const value of resample(new Float32Array(35).fill(0.3), [5, 7], [11, 3]))
      expect(value).toBeCloseTo(0.3, 6)
  })

  it('interpolates at half-pixel centres', () => {
    // Centres at 0.25, 0.75, 1.25, 1.75 of a ramp 0, 1 (torch: interpolate, bilinear, align_corners = false).
    expect([...resample(Float32Array.from([0, 1]), [1, 2], [1, 4])]).toEqual([0, 0.25, 0.75, 1])
  })

  it('averages with a triangle of twice the width when it halves', () => {
    // Output 0 has its centre at 1 and support 2: weights ½·(¾, ¾, ¼) of inputs 0…2, normalised by 7/8·2.
    const [first] = resample(Float32Array.from([1, 0, 0, 0]), [1, 4], [1, 2])
    expect(first).toBeCloseTo(0.75 / (0.75 + 0.75 + 0.25), 6)
  })
})
