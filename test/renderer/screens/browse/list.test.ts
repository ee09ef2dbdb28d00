/** The list as plain data: what is held stays where it is seen, whatever is laid out or changed. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gridGeometry, itemsAt, lastOffset, topOf } from '../../../../renderer/screens/browse/geometry.ts'
import {
  begun,
  firstList,
  heldItem,
  laidOut,
  placeIn,
  refreshed,
  scrolled,
  wentTo,
  type ListState,
} from '../../../../renderer/screens/browse/list.ts'
import { all, toggle } from '../../../../renderer/screens/browse/selection.ts'

const layout = (total: number, width = 1180, size = 160) =>
  gridGeometry({ width, height: 800, total, size, caption: 44, gap: 8 })
const listOf = (total: number, part: Partial<ListState> = {}): ListState => ({
  ...begun(firstList, total),
  grid: layout(total),
  ...part,
})
/** Pixels from the top of what is in sight to an item. */
const seenAt = (state: ListState, index: number): number => topOf(state.grid, index) - state.offset
const sees = (state: ListState, index: number): boolean => {
  const { first, end } = itemsAt(state.grid, state.offset)
  return index >= first && index < end
}

describe('a list', () => {
  it('begins at its top with nothing selected', () => {
    const before = listOf(1000, { offset: 700, active: 44, picked: all(1000), error: new Error('late') })
    const now = begun(before, 20)
    expect(now).toMatchObject({ total: 20, offset: 0, active: 0, error: null, tick: before.tick + 1 })
    expect(now.picked).toEqual({ kind: 'ids', ids: new Set() })
  })

  it('brings any item into sight, and does nothing in an empty list', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_281_167 }),
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        (total, a, b, middle) => {
          const state = scrolled(listOf(total), a)
          const now = wentTo(state, b % total, middle)
          expect(now.active).toBe(b % total)
          expect(sees(now, now.active)).toBe(true)
          expect(now.offset).toBeLessThanOrEqual(lastOffset(now.grid))
        },
      ),
    )
    const empty = listOf(0)
    expect(wentTo(empty, 5, false)).toBe(empty)
    expect(wentTo({ ...empty, total: null }, 5, false)).toMatchObject({ active: 0, offset: 0 })
  })

  it('goes no further than its ends', () => {
    expect(wentTo(listOf(50), 400, false).active).toBe(49)
    expect(wentTo(listOf(50), -1, false).active).toBe(0)
    expect(scrolled(listOf(50), -10).offset).toBe(0)
  })

  it('holds the active item if it is in sight, else the one at the top', () => {
    const state = scrolled(listOf(10_000), 4000)
    const { first } = itemsAt(state.grid, state.offset)
    expect(heldItem(state)).toBe(first)
    expect(heldItem({ ...state, active: first + 3 })).toBe(first + 3)
  })

  it('keeps the held item in sight when the window or the size of its cells changes', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 900_000 }),
        fc.integer({ min: 300, max: 3000 }),
        fc.integer({ min: 72, max: 320 }),
        (to, width, size) => {
          const state = wentTo(listOf(1_281_167), to, true)
          const now = laidOut(state, layout(1_281_167, width, size))
          expect(sees(now, heldItem(state))).toBe(true)
        },
      ),
    )
  })

  it('keeps the held item where it is seen when images come or go before it', () => {
    const state = wentTo(listOf(100_000), 5000, true)
    const place = placeIn(state, 5000, 5123, 100_123)
    const now = { ...refreshed(state, place, 100_123), grid: place.grid }
    expect(now.active).toBe(5123)
    expect(seenAt(now, 5123)).toBeCloseTo(seenAt(state, 5000), 6)
    expect(now.tick).toBe(state.tick + 1)
  })

  it('stays inside of a list that became shorter, and counts a selection of all of it', () => {
    const state = { ...wentTo(listOf(1000), 999, false), picked: toggle(all(1000), 7) }
    const place = placeIn(state, 999, null, 10)
    const now = refreshed(state, place, 10)
    expect(now).toMatchObject({ total: 10, active: 9, picked: { kind: 'all', total: 10 } })
    expect(now.offset).toBeLessThanOrEqual(lastOffset(place.grid))
    expect(refreshed(state, placeIn(state, 999, null, 0), 0)).toMatchObject({
      total: 0,
      active: 0,
      offset: 0,
    })
  })
})
