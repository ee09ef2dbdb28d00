/** The selection: single images, ranges, and all of a query but some. */
import { describe, expect, it } from 'vitest'
import {
  add,
  all,
  asSelection,
  countPicked,
  isPicked,
  nothingPicked,
  only,
  toggle,
} from '../../../../renderer/screens/browse/selection.ts'

const query = { filter: { text: 'cat' }, sort: { by: 'name' as const, descending: false } }

describe('selection', () => {
  it('takes images in and out', () => {
    const two = toggle(toggle(nothingPicked, 4), 9)
    expect(countPicked(two)).toBe(2)
    expect(isPicked(two, 9)).toBe(true)
    expect(isPicked(toggle(two, 9), 9)).toBe(false)
    expect(countPicked(nothingPicked)).toBe(0)
    expect(asSelection(two, query)).toEqual({ ids: [4, 9] })
    expect(asSelection(nothingPicked, query)).toBeUndefined()
  })

  it('adds ranges without doubling', () => {
    expect(countPicked(add(only([1, 2, 3]), [3, 4]))).toBe(4)
  })

  it('holds all of a query but some', () => {
    const most = toggle(all(1_281_167), 5)
    expect(countPicked(most)).toBe(1_281_166)
    expect(isPicked(most, 5)).toBe(false)
    expect(isPicked(most, 6)).toBe(true)
    expect(asSelection(most, query)).toEqual({ query, except: [5] })
    expect(countPicked(add(most, [5, 6]))).toBe(1_281_167)
  })

  it('is empty once every image of a query is taken out', () => {
    const none = toggle(toggle(all(2), 1), 2)
    expect(countPicked(none)).toBe(0)
    expect(asSelection(none, query)).toBeUndefined()
    expect(countPicked(all(0))).toBe(0)
  })
})
