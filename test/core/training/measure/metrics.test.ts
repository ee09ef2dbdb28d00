/** Metrics against hand-computed cases. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { averagePrecision, createMetrics } from '../../../../core/training/measure/metrics.ts'

const ap = (scores: number[], positive: number[]): number | null =>
  averagePrecision(Float32Array.from(scores), Uint8Array.from(positive))

describe('averagePrecision', () => {
  it('is the mean precision at the positives', () => {
    // Ranks 1 and 3: (1/1 + 2/3) / 2.
    expect(ap([0.9, 0.8, 0.7, 0.1], [1, 0, 1, 0])).toBeCloseTo(5 / 6, 12)
    expect(ap([0.1, 0.2, 0.3], [0, 0, 1])).toBe(1)
    expect(ap([0.9, 0.2], [0, 1])).toBe(0.5)
    expect(ap([0.9, 0.2], [0, 0])).toBeNull()
  })

  it('treats ties as one threshold, so that the order of images does not matter', () => {
    // One threshold over three images with one positive: precision 1/3.
    expect(ap([0.5, 0.5, 0.5], [1, 0, 0])).toBeCloseTo(1 / 3, 12)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.boolean()), { minLength: 1 }),
        pairs => {
          const of = (list: typeof pairs): number | null =>
            ap(
              list.map(([s]) => s / 4),
              list.map(([, p]) => Number(p)),
            )
          const forth = of(pairs)
          const back = of([...pairs].reverse())
          if (forth === null) expect(back).toBeNull()
          else {
            expect(back).toBeCloseTo(forth, 12)
            expect(forth).toBeGreaterThan(0)
            expect(forth).toBeLessThanOrEqual(1)
          }
        },
      ),
    )
  })
})

describe('createMetrics', () => {
  it('scores single-label truth', () => {
    const metrics = createMetrics(2)
    metrics.add(Float32Array.of(0, Math.log(3), 1, 0), [
      { label: 1, valid: null },
      { label: 1, valid: null },
    ])
    const result = metrics.result()
    expect(result.images).toBe(2)
    expect(result.top1).toBe(0.5)
    expect(result.top5).toBeNull()
    expect(result.real).toBeNull()
    // −log(3/4) and −log(1 / (1 + e)).
    expect(result.loss).toBeCloseTo((Math.log(4 / 3) + Math.log(1 + Math.E)) / 2, 6)
  })

  it('counts the top five, ties going to the lower class', () => {
    const metrics = createMetrics(7)
    const logits = Float32Array.of(7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0)
    metrics.add(logits, [
      { label: 4, valid: null },
      { label: 5, valid: null },
    ])
    expect(metrics.result().top5).toBe(0.5)
    expect(metrics.result().top1).toBe(0)
  })

  it('does not score an empty set of valid labels, nor a missing one', () => {
    const metrics = createMetrics(3)
    metrics.add(Float32Array.of(3, 2, 1, 1, 2, 3, 1, 2, 3), [
      { label: 1, valid: [0, 1] },
      { label: 1, valid: [] },
      { label: null, valid: null },
    ])
    const result = metrics.result()
    expect(result.real).toBe(1)
    expect(result.top1).toBe(0)
    expect(result.images).toBe(3)
    // Only the first image counts: it has classes 0 and 1, both alone at the top; class 2 has no positive.
    expect(result.mAP).toBe(1)
  })

  it('averages precision over the classes that occur', () => {
    const metrics = createMetrics(3)
    metrics.add(Float32Array.of(2, 0, 0, 1, 0, 0, 0, 0, 1), [
      { label: 0, valid: [1] },
      { label: 0, valid: [0] },
      { label: 0, valid: [1, 2] },
    ])
    // Class 0: scores .79, .58, .21; the positive is second: 1/2. Class 2: first: 1.
    // Class 1: scores .1065, .2119, .2119 (images 1 and 2 tied on top): (1/2)·(1/2) + (1/2)·(2/3).
    expect(metrics.result().mAP).toBeCloseTo((0.5 + 1 + 7 / 12) / 3, 6)
  })

  it('refuses logits that are not finite', () => {
    expect(() => createMetrics(2).add(Float32Array.of(0, NaN), [{ label: 0, valid: null }])).toThrow(
      expect.objectContaining({ code: 'diverged' }),
    )
  })
})
