/** Queries in the address: what is written is read again, and what is not ours is passed over. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { imageQuery } from '../../../core/contract/api/browse.ts'
import type { ImageFilter, ImageQuery } from '../../../core/contract/api/browse.ts'
import { queryFromUrl, queryToUrl, sameQuery } from '../../../renderer/stores/query-url.ts'

const share = fc.integer({ min: 0, max: 100 }).map(n => n / 100)
const some = <T>(value: fc.Arbitrary<T>, maxLength = 5) => fc.uniqueArray(value, { minLength: 1, maxLength })

const filter = fc.record(
  {
    text: fc.string({ minLength: 1, maxLength: 40 }),
    splits: some(fc.string({ minLength: 1, maxLength: 20 })),
    classes: some(fc.integer({ min: -1, max: 9999 })),
    predicted: some(fc.integer({ min: 0, max: 9999 })),
    review: some(fc.constantFrom('none', 'accepted', 'fixed', 'skipped', 'flagged'), 4),
    corrected: fc.boolean(),
    disagree: fc.boolean(),
    listed: fc.boolean(),
    problem: fc.boolean(),
    confidence: fc.tuple(share, share).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<ImageFilter>

const query: fc.Arbitrary<ImageQuery> = fc.record({
  filter,
  sort: fc.record({
    by: fc.constantFrom('name', 'class', 'review', 'confidence'),
    descending: fc.boolean(),
  }),
})

describe('queries in the address', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(query, given => {
        const read = queryFromUrl(queryToUrl(given))
        expect(read).toEqual(given)
        expect(sameQuery(read, given)).toBe(true)
      }),
    )
  })

  it('leave a bare address for everything by name', () => {
    expect(queryToUrl({ filter: {}, sort: { by: 'name', descending: false } })).toEqual({})
  })

  it('are valid whatever the address says', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('yes', '1,2', '-5', '0.9..0.1', '0.1..7', '..', 'none,none,x', null, undefined),
      fc.array(fc.string(), { maxLength: 3 }),
    )
    const names = 'text split class predicted review corrected listed confidence problem sort order'.split(
      ' ',
    )
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), word), words => {
        expect(imageQuery.safeParse(queryFromUrl(words)).success).toBe(true)
      }),
    )
  })
})
