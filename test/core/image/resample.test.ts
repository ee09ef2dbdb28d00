/** Crop and resize against hand-computed cases, an independent slow form, and properties. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createResampler, resample } from '../../../core/image/resample.ts'
import type { Normalisation } from '../../../core/image/normalise.ts'
import type { Window } from '../../../core/image/resample.ts'

const ones: Normalisation = { gain: [255, 255, 255], bias: [0, 0, 0] } // pixel values as they are

function run(
  pixels: Uint8Array,
  height: number,
  width: number,
  window: Window,
  out: [number, number],
  options: { flip?: boolean; bounds?: Window } = {},
): Float32Array {
  const target = new Float32Array(3 * out[0] * out[1])
  const image = { data: pixels, offset: 0, height, width }
  resample(createResampler(out[0], out[1]), image, { window, ...options }, ones, { data: target, at: 0 })
  return target
}

/** One line of pixels, all channels equal. */
const line = (values: number[]): Uint8Array => Uint8Array.from(values.flatMap(v => [v, v, v]))
const whole = (height: number, width: number): Window => ({ top: 0, left: 0, height, width })
const red = (data: Float32Array): number[] => [...data.subarray(0, data.length / 3)]

/** The definition, one output at a time: Σ tri((x + ½ − centre)/support)·p / Σ tri. */
function slow(p: number[], start: number, length: number, n: number, low: number, high: number): number[] {
  const scale = length / n
  const support = Math.max(1, scale)
  return Array.from({ length: n }, (_, i) => {
    const centre = start + (i + 0.5) * scale
    let sum = 0
    let weights = 0
    for (let x = low; x < high; x++) {
      const w = Math.max(0, 1 - Math.abs(x + 0.5 - centre) / support)
      sum += w * p[x]!
      weights += w
    }
    return sum / weights
  })
}

describe('resample', () => {
  it('halves a line as the triangle filter does by hand', () => {
    // Support 2 around centres 1 and 3: weights (.75, .75, .25) / 1.75 and (.25, .75, .75) / 1.75.
    const got = red(run(line([0, 70, 140, 210]), 1, 4, whole(1, 4), [1, 2]))
    expect(got[0]).toBeCloseTo((0.75 * 0 + 0.75 * 70 + 0.25 * 140) / 1.75, 4)
    expect(got[1]).toBeCloseTo((0.25 * 70 + 0.75 * 140 + 0.75 * 210) / 1.75, 4)
  })

  it('doubles a line with repeated borders', () => {
    const got = red(run(line([0, 100]), 1, 2, whole(1, 2), [1, 4]))
    ;[0, 25, 75, 100].forEach((value, i) => expect(got[i]).toBeCloseTo(value, 4))
  })

  it('copies at the same size, mirrored where asked, channel by channel', () => {
    const pixels = Uint8Array.from({ length: 2 * 3 * 3 }, (_, i) => i * 10)
    const plain = run(pixels, 2, 3, whole(2, 3), [2, 3])
    expect([...plain.subarray(0, 6)]).toEqual([0, 30, 60, 90, 120, 150])
    expect([...plain.subarray(6, 12)]).toEqual([10, 40, 70, 100, 130, 160])
    const mirrored = run(pixels, 2, 3, whole(2, 3), [2, 3], { flip: true })
    expect([...mirrored.subarray(0, 6)]).toEqual([60, 30, 0, 150, 120, 90])
  })

  it('reads nothing outside the crop, but all the image where the bounds are the image', () => {
    const pixels = line([0, 0, 200, 200])
    const window = { top: 0, left: 2, height: 1, width: 2 }
    expect(red(run(pixels, 1, 4, window, [1, 1]))).toEqual([200])
    // Centre 3, support 2, inputs 1…3: weights .25, .75, .75 of 0, 200, 200.
    const got = red(run(pixels, 1, 4, window, [1, 1], { bounds: whole(1, 4) }))
    expect(got[0]).toBeCloseTo((1.5 * 200) / 1.75, 4)
  })

  it('equals the definition for any window, up or down, in both directions', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, outputs, at, share) => {
          const n = values.length
          const length = Math.max(1, share * n)
          const start = at * (n - length)
          const low = Math.floor(start)
          const high = Math.min(n, Math.ceil(start + length))
          const expected = slow(values, start, length, outputs, low, high)
          const across = { top: 0, left: start, height: 1, width: length }
          const down = { top: start, left: 0, height: length, width: 1 }
          const lying = red(run(line(values), 1, n, across, [1, outputs]))
          const standing = red(run(line(values), n, 1, down, [outputs, 1]))
          // float32 sums of up to 80 weighted values below 256: 256 · 80 · 2^-24 ≈ .001.
          expected.forEach((value, i) => {
            expect(Math.abs(lying[i]! - value)).toBeLessThan(2e-3)
            expect(Math.abs(standing[i]! - value)).toBeLessThan(2e-3)
          })
        },
      ),
    )
  })

  it('keeps a constant image constant', () => {
    const pixels = new Uint8Array(37 * 23 * 3).fill(131)
    for (const value of run(pixels, 37, 23, { top: 3, left: 2, height: 30.5, width: 17.25 }, [9, 40]))
      expect(value).toBeCloseTo(131, 3)
  })

  it('applies gain and bias to values of 0…1', () => {
    const target = new Float32Array(3)
    const image = { data: Uint8Array.of(255, 51, 0), offset: 0, height: 1, width: 1 }
    const by: Normalisation = { gain: [2, 3, 4], bias: [1, -1, 5] }
    resample(createResampler(1, 1), image, { window: whole(1, 1) }, by, { data: target, at: 0 })
    expect(target[0]).toBeCloseTo(3, 6)
    expect(target[1]).toBeCloseTo(3 * 0.2 - 1, 6)
    expect(target[2]).toBeCloseTo(5, 6)
  })
})
