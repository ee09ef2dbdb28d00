/** The list beside the picture: the plan's classes in its order, with what their regions cover. */
import { expect, it } from 'vitest'
import { planRegions } from '../../../core/labelmap/regions/index.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { drawnClasses } from '../../../renderer/labelmap/drawn-classes.ts'

/** One row of cells, each with one sure class. */
const mapOf = (ids: number[], logits = ids.map(() => 9)): LabelMap => ({
  shape: [1, 1, ids.length],
  ids: Uint16Array.from(ids),
  logits: Float32Array.from(logits),
})
const options = { classes: 10, fill: 0, sure: null }

it('adds up the regions of a class, and gives their mean over the cells', () => {
  const plan = planRegions(mapOf([1, 1, 1, 2, 2, 2, 2, 1, 1, 1, 1], [9, 9, 9, 9, 9, 9, 9, 7, 7, 7, 7]), {
    ...options,
    given: 1,
  })
  const rows = drawnClasses(plan)
  expect(rows.map(({ id, given, cells }) => [id, given, cells])).toEqual([
    [1, true, 7],
    [2, false, 4],
  ])
  const sure = (z: number): number => Math.exp(z) / (Math.exp(z) + 9)
  expect(rows[0]!.share).toBeCloseTo((3 * sure(9) + 4 * sure(7)) / 7, 6)
})

it('begins with a given label that is not on the map', () => {
  const plan = planRegions(mapOf([1, 1, 1, 1]), { ...options, given: 8 })
  expect(drawnClasses(plan).map(({ id, given, cells }) => [id, given, cells])).toEqual([
    [8, true, 0],
    [1, false, 4],
  ])
  expect(drawnClasses(planRegions(mapOf([1, 1, 1, 1]), { ...options, given: null }))).toHaveLength(1)
})
