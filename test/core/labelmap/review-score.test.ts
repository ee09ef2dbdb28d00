/** The expected gain of a review: its range, and which signs count for more. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reviewScore, type ReviewMeasures } from '../../../core/labelmap/review-score.ts'

const calm: ReviewMeasures = { label: 3, top: 3, margin: 0.6, entropy: 0.2, listed: true, disputed: 0 }

describe('the review score', () => {
  it('is highest where the given label is in no cell, then where it is not the strongest', () => {
    const differs = reviewScore({ ...calm, top: 5 })
    const missing = reviewScore({ ...calm, top: 5, listed: false })
    expect(missing).toBeGreaterThan(differs)
    expect(differs).toBeGreaterThan(reviewScore({ ...calm, margin: 0, entropy: 0.5 }))
    expect(missing - differs).toBeCloseTo(0.4)
  })

  it('grows with a smaller lead, more entropy and more dispute', () => {
    const base = reviewScore(calm)
    expect(reviewScore({ ...calm, margin: 0.1 })).toBeGreaterThan(base)
    expect(reviewScore({ ...calm, entropy: 0.9 })).toBeGreaterThan(base)
    expect(reviewScore({ ...calm, disputed: 1 })).toBeGreaterThan(base)
  })

  it('of an image without a label comes from doubt alone', () => {
    expect(reviewScore({ ...calm, label: null, listed: null })).toBeCloseTo(reviewScore(calm))
    expect(
      reviewScore({ label: null, top: 1, margin: 0, entropy: 1, listed: null, disputed: 1 }),
    ).toBeCloseTo(0.35)
  })

  it('lies in 0…1 whatever it is given', () => {
    const any = fc.double({ noDefaultInfinity: true })
    fc.assert(
      fc.property(
        fc.record({
          label: fc.option(fc.nat(5)),
          top: fc.nat(5),
          margin: any,
          entropy: any,
          listed: fc.option(fc.boolean()),
          disputed: any,
        }),
        measures => {
          const score = reviewScore(measures)
          expect(score).toBeGreaterThanOrEqual(0)
          expect(score).toBeLessThanOrEqual(1)
        },
      ),
      { seed: 5 },
    )
  })
})
