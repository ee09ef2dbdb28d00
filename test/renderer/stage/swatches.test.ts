/** Swatches stay with their classes while areas change. */
import { expect, test } from 'vitest'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import type { Swatch } from '../../../core/labelmap/palette.ts'
import { legendOf } from '../../../renderer/stage/swatches.ts'

const mapOf = (ids: number[]): LabelMap => ({
  shape: [1, 1, ids.length],
  ids: Uint16Array.from(ids),
  logits: new Float32Array(ids.length).fill(5),
})

test('a class keeps its swatch when another one overtakes it, and a new class gets a new one', () => {
  const known = new Map<number, Swatch>()
  const before = legendOf(mapOf([4, 4, 4, 7, 7]), known)
  expect(before.map(entry => [entry.id, entry.cells])).toEqual([
    [4, 3],
    [7, 2],
  ])
  const after = legendOf(mapOf([4, 7, 7, 7, 9]), known)
  expect(after.map(entry => entry.id)).toEqual([7, 4, 9])
  expect(after.find(entry => entry.id === 4)?.swatch).toEqual(before[0]?.swatch)
  expect(after.find(entry => entry.id === 7)?.swatch).toEqual(before[1]?.swatch)
  const colors = new Set(after.map(entry => entry.swatch.color.join()))
  expect(colors.size).toBe(3)
})
