/** Cells of brush, rectangle, region and image. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  brushCells,
  imageCells,
  rectangleCells,
  regionCells,
} from '../../../../core/labelmap/corrections/index.ts'
import { topClasses } from '../../../../core/labelmap/layers.ts'
import { randomMap, uniformMap } from '../../pooling/maps.ts'

const grid = { height: 6, width: 8 }
const place = fc.record({
  x: fc.double({ min: -2, max: 10, noNaN: true }),
  y: fc.double({ min: -2, max: 8, noNaN: true }),
})
/** As rows of text. */
const picture = (cells: number[]): string[] =>
  Array.from({ length: grid.height }, (_, y) =>
    Array.from({ length: grid.width }, (_, x) => (cells.includes(y * grid.width + x) ? '#' : '.')).join(''),
  )

describe('the brush', () => {
  it('is a disc, cut at the border', () => {
    expect(picture(brushCells(grid, { x: 3.5, y: 2.5 }, undefined, 1.5))).toEqual([
      '........',
      '..###...',
      '..###...',
      '..###...',
      '........',
      '........',
    ])
    expect(picture(brushCells(grid, { x: 0.5, y: 0.5 }, undefined, 1))).toEqual([
      '##......',
      '#.......',
      ...Array.from({ length: 4 }, () => '........'),
    ])
    expect(brushCells(grid, { x: -3, y: -3 }, undefined, 1)).toEqual([])
  })

  it('follows a stroke without gaps, however small', () => {
    fc.assert(
      fc.property(place, place, fc.double({ min: 0, max: 3, noNaN: true }), (from, to, radius) => {
        const cells = brushCells(grid, from, to, radius)
        expect(cells).toEqual([...new Set(cells)].sort((a, b) => a - b))
        const has = new Set(cells)
        for (let i = 0; i <= 200; i++) {
          const [x, y] = [from.x + ((to.x - from.x) * i) / 200, from.y + ((to.y - from.y) * i) / 200]
          const inside = x >= 0 && y >= 0 && x < grid.width && y < grid.height
          // A point within rounding of an edge belongs to either side.
          const edge = Math.min(Math.abs(x - Math.round(x)), Math.abs(y - Math.round(y))) < 1e-9
          if (inside && !edge) expect(has.has(Math.floor(y) * grid.width + Math.floor(x))).toBe(true)
          for (const cell of imageCells(grid)) {
            const away = Math.hypot((cell % grid.width) + 0.5 - x, Math.floor(cell / grid.width) + 0.5 - y)
            if (away < radius - 1e-9) expect(has.has(cell)).toBe(true)
          }
        }
        // Nothing beyond the radius but what the way passes: at most half a cell's diagonal from it.
        const length = Math.hypot(to.x - from.x, to.y - from.y)
        for (const cell of cells) {
          let away = Infinity
          for (let i = 0; i <= 200; i++) {
            const [x, y] = [from.x + ((to.x - from.x) * i) / 200, from.y + ((to.y - from.y) * i) / 200]
            away = Math.min(away, Math.hypot((cell % 8) + 0.5 - x, Math.floor(cell / 8) + 0.5 - y))
          }
          expect(away).toBeLessThanOrEqual(Math.max(radius, Math.SQRT1_2) + length / 200 + 1e-9)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('refuses what is not a place', () => {
    expect(() => brushCells(grid, { x: NaN, y: 0 })).toThrow(/finite/)
    expect(() => brushCells(grid, { x: 0, y: 0 }, undefined, -1)).toThrow(/radius/)
  })
})

describe('the rectangle', () => {
  it('takes the cells that it touches', () => {
    const expected = ['........', '.###....', '.###....', ...Array.from({ length: 3 }, () => '........')]
    expect(picture(rectangleCells(grid, { x: 1.2, y: 1.9 }, { x: 3.1, y: 2.1 }))).toEqual(expected)
    expect(picture(rectangleCells(grid, { x: 4, y: 3 }, { x: 1, y: 1 }))).toEqual(expected)
    expect(rectangleCells(grid, { x: 2, y: 2 }, { x: 2, y: 2 })).toEqual([18])
    expect(rectangleCells(grid, { x: -9, y: -9 }, { x: 99, y: 99 })).toEqual(imageCells(grid))
    expect(rectangleCells(grid, { x: 20, y: 1 }, { x: 30, y: 2 })).toEqual([])
  })
})

describe('the region', () => {
  it('is what is connected over edges and has the same top class', () => {
    const map = uniformMap([1], [5], 3, 4)
    // 1 1 2 1 / 1 2 1 1 / 2 1 1 1
    for (const cell of [2, 5, 8]) map.ids[cell] = 2
    expect(regionCells(map, 0)).toEqual([0, 1, 4])
    expect(regionCells(map, 5)).toEqual([5])
    expect(regionCells(map, 3)).toEqual([3, 6, 7, 9, 10, 11])
    expect(() => regionCells(map, 12)).toThrow(/no cell 12/)
  })

  it('parts the map: a cell is in the region of each of its region’s cells', () => {
    fc.assert(
      fc.property(fc.nat(), seed => {
        const map = randomMap(seed, 2, [1, 5, 6])
        const top = topClasses(map)
        for (let cell = 0; cell < 30; cell++) {
          const region = regionCells(map, cell)
          expect(region).toContain(cell)
          for (const other of region) {
            expect(top[other]).toBe(top[cell])
            expect(regionCells(map, other)).toEqual(region)
          }
        }
      }),
      { numRuns: 10 },
    )
  })
})
