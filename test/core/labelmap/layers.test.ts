/** The strongest classes of a map. */
import { expect, test } from 'vitest'
import { classesByArea, topClasses } from '../../../core/labelmap/layers.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'

test('the strongest class of each cell, ties to the lower class, and all of them by area', () => {
  const map: LabelMap = {
    shape: [2, 1, 3],
    ids: Uint16Array.of(7, 7, 2, 2, 2, 7),
    logits: Float32Array.of(5, 4, 3, 1, 1, 1),
  }
  expect([...topClasses(map)]).toEqual([7, 7, 2])
  expect(classesByArea(map)).toEqual([
    { id: 7, cells: 2 },
    { id: 2, cells: 1 },
  ])
  const tie: LabelMap = { shape: [2, 1, 1], ids: Uint16Array.of(9, 4), logits: Float32Array.of(1, 1) }
  expect([...topClasses(tie)]).toEqual([4])
})
