import { describe, expect, it } from 'vitest'
import type { RegionPlan } from '../../../../core/labelmap/regions/index.ts'
import { choicesOf } from '../../../../renderer/screens/review/choices.ts'

describe('the classes to choose one from', () => {
  const regions = [{ id: 1, cells: [0, 1], mean: 0.5, role: 'named' as const, dashed: false, paths: [] }]
  const plan = { regions, given: 9, givenNowhere: true } as unknown as RegionPlan
  const leading = [
    { id: 4, cells: 9 },
    { id: 1, cells: 8 },
    { id: 2, cells: 1 },
  ]

  it('are those that are drawn, then those that lead the most cells', () => {
    expect(choicesOf(plan, leading, 9)).toEqual([
      { id: 9, given: true, cells: 0, share: 0 },
      { id: 1, given: false, cells: 2, share: 0.5 },
      { id: 4, given: false, cells: 9, share: null },
      { id: 2, given: false, cells: 1, share: null },
    ])
  })

  it('are cut off after the drawn ones at the earliest', () => {
    expect(choicesOf(plan, leading, 3).map(({ id }) => id)).toEqual([9, 1, 4])
    expect(choicesOf(plan, leading, 1).map(({ id }) => id)).toEqual([9, 1])
  })
})
