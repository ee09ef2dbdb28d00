/** The geometry of the grid: every item can be reached, whatever the length, and few nodes exist at any place. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  gridGeometry,
  itemsAt,
  lastOffset,
  longestScroll,
  mostNodes,
  moved,
  offsetOfScroll,
  reveal,
  rowsAt,
  scrollOfOffset,
  scrollScale,
  topOf,
} from '../../../../renderer/screens/browse/geometry.ts'
import type { GridRoom } from '../../../../renderer/screens/browse/geometry.ts'

const room = fc.record<GridRoom>({
  width: fc.integer({ min: 60, max: 4000 }),
  height: fc.integer({ min: 40, max: 2400 }),
  total: fc.integer({ min: 0, max: 2_000_000 }),
  size: fc.integer({ min: 72, max: 320 }),
  caption: fc.integer({ min: 0, max: 60 }),
  gap: fc.integer({ min: 0, max: 16 }),
})

const big: GridRoom = { width: 1180, height: 800, total: 1_281_167, size: 160, caption: 44, gap: 8 }

describe('gridGeometry', () => {
  it('holds no more than the allowed nodes at any offset', () => {
    fc.assert(
      fc.property(room, fc.double({ min: 0, max: 1, noNaN: true }), (given, share) => {
        const grid = gridGeometry(given)
        const { first, end } = rowsAt(grid, lastOffset(grid) * share)
        expect((end - first) * (grid.columns + 1)).toBeLessThanOrEqual(mostNodes)
      }),
    )
  })

  it('fits its columns into the width and every item into its rows', () => {
    fc.assert(
      fc.property(room, given => {
        const grid = gridGeometry(given)
        expect(grid.columns * (grid.cell + grid.gap) + grid.gap).toBeLessThanOrEqual(given.width)
        expect(grid.rows * grid.columns).toBeGreaterThanOrEqual(given.total)
        expect((grid.rows - 1) * grid.columns).toBeLessThan(Math.max(1, given.total))
      }),
    )
  })

  it('never makes a scroller longer than browsers can lay out', () => {
    const grid = gridGeometry(big)
    expect(grid.content).toBeGreaterThan(33_554_432)
    expect(grid.scroll).toBe(longestScroll)
    expect(scrollScale(grid)).toBeGreaterThan(4)
  })

  it('leaves a short list unscaled', () => {
    const grid = gridGeometry({ ...big, total: 500 })
    expect(scrollScale(grid)).toBe(1)
    expect(offsetOfScroll(grid, 321)).toBe(321)
  })
})

describe('scroll positions', () => {
  it('reach both ends, and come back to the offset they stand for', () => {
    fc.assert(
      fc.property(room, fc.double({ min: 0, max: 1, noNaN: true }), (given, share) => {
        const grid = gridGeometry(given)
        const offset = lastOffset(grid) * share
        expect(offsetOfScroll(grid, scrollOfOffset(grid, offset))).toBeCloseTo(offset, 3)
        expect(offsetOfScroll(grid, 0)).toBe(0)
        if (grid.scroll > grid.height)
          expect(offsetOfScroll(grid, grid.scroll - grid.height)).toBeCloseTo(lastOffset(grid), 3)
      }),
    )
  })
})

describe('reveal', () => {
  it('brings any item wholly into sight, and lets one that is stay', () => {
    fc.assert(
      fc.property(room, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (given, nth, share) => {
        const grid = gridGeometry({ ...given, height: 400, total: given.total + 1 })
        const index = nth % grid.total
        const offset = reveal(grid, lastOffset(grid) * share, index)
        const { first, end } = itemsAt(grid, offset)
        expect(index).toBeGreaterThanOrEqual(first)
        expect(index).toBeLessThan(end)
        expect(topOf(grid, index)).toBeGreaterThanOrEqual(offset)
        expect(reveal(grid, offset, index)).toBe(offset)
      }),
    )
  })
})

describe('moved', () => {
  const grid = gridGeometry({ width: 648, height: 500, total: 22, size: 150, caption: 40, gap: 8 })

  it('goes by column and by row', () => {
    expect(grid.columns).toBe(4)
    expect(moved(grid, 5, 'ArrowRight')).toBe(6)
    expect(moved(grid, 5, 'ArrowLeft')).toBe(4)
    expect(moved(grid, 5, 'ArrowDown')).toBe(9)
    expect(moved(grid, 5, 'ArrowUp')).toBe(1)
    expect(moved(grid, 5, 'Home')).toBe(0)
    expect(moved(grid, 5, 'End')).toBe(21)
    expect(moved(grid, 5, 'x')).toBeUndefined()
  })

  it('stays within the list', () => {
    expect(moved(grid, 1, 'ArrowUp')).toBe(1)
    expect(moved(grid, 0, 'ArrowLeft')).toBe(0)
    expect(moved(grid, 21, 'ArrowRight')).toBe(21)
    expect(moved(grid, 21, 'ArrowDown')).toBe(21)
    // From the last full row into the short one: its last item.
    expect(moved(grid, 19, 'ArrowDown')).toBe(21)
    expect(moved(grid, 2, 'PageUp')).toBe(2)
    expect(moved(grid, 17, 'PageDown')).toBe(21)
    expect(moved({ ...grid, total: 0, rows: 0 }, 0, 'End')).toBeUndefined()
  })
})
