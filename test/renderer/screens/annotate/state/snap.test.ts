/** Snap: what a stroke takes along. */
import { expect, test } from 'vitest'
import type { Operation } from '../../../../../core/contract/api/corrections.ts'
import type { Region } from '../../../../../core/labelmap/regions/index.ts'
import { snapped } from '../../../../../renderer/screens/annotate/state/snap.ts'

const region = (id: number, cells: number[]): Region => ({
  id,
  cells,
  mean: 0.9,
  role: 'named',
  dashed: false,
  paths: [],
})
const label: Operation = { kind: 'label', class: 7, to: null, amount: 0.95, what: null, ids: 'shown' }
const plan = { regions: [region(3, [1, 2, 11, 12, 21, 22]), region(7, [30, 31]), region(5, [40, 41, 42])] }

test('a stroke takes along the regions of which it covers at least half, whole', () => {
  expect(snapped([11, 12, 21], plan, label)).toEqual([11, 12, 21, 1, 2, 22])
  expect(snapped([11, 12], plan, label)).toEqual([11, 12])
  expect(snapped([40, 41, 12, 22, 2], plan, label)).toEqual([40, 41, 12, 22, 2, 1, 11, 21, 42])
  expect(snapped([99], plan, label)).toEqual([99])
  expect(snapped([11, 12, 21], null, label)).toEqual([11, 12, 21])
})

test('regions of the class that is given stay; of a class that is taken away they come along', () => {
  expect(snapped([30], plan, label)).toEqual([30])
  expect(snapped([30], plan, { ...label, kind: 'not' })).toEqual([30, 31])
})
