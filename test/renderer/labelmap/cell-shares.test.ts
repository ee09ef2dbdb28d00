/** The leading classes of a cell, against the definition of the softmax. */
import { expect, it } from 'vitest'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { leadingShares } from '../../../renderer/labelmap/cell-shares.ts'
import { shareOf } from '../slow-picture.ts'

const map: LabelMap = {
  shape: [3, 1, 2],
  ids: Uint16Array.of(4, 1, 2, 0, 9, 3),
  logits: Float32Array.of(5, 0, 3, -1, 3, -2),
}

it('are the strongest first, ties by number, with their shares over all classes', () => {
  const ground = { classes: 10, fill: 0 }
  const found = leadingShares(map, 0, ground, 3)
  expect(found.map(({ id }) => id)).toEqual([4, 2, 9])
  for (const { id, share } of found) expect(share).toBeCloseTo(shareOf(map, 0, id, ground), 12)
  expect(leadingShares(map, 0, ground, 1)).toHaveLength(1)
})

it('are none where nothing is above the fill logit', () => {
  expect(leadingShares(map, 1, { classes: 10, fill: 0 }, 3)).toEqual([])
})
