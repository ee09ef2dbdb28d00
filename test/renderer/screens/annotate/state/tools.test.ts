/** The tool in hand: choosing, the number keys, what is missing, and which cells are touched. */
import { expect, test } from 'vitest'
import type { LabelMap } from '../../../../../core/labelmap/label-map.ts'
import {
  brushRadii,
  cellAt,
  firstTools,
  moveCell,
  operationOf,
  reduceTools,
  touchedCells,
  type ToolAction,
  type ToolState,
} from '../../../../../renderer/screens/annotate/state/tools.ts'

const after = (...actions: ToolAction[]): ToolState => actions.reduce(reduceTools, firstTools)
const pick = (id: number): ToolAction => ({ kind: 'class', id })

test('classes keep their number keys; the tenth takes the key of the one unused for longest', () => {
  const nine = after(...[10, 11, 12, 13, 14, 15, 16, 17, 18].map(pick))
  expect(nine.recent).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18])
  const used = reduceTools(nine, { kind: 'used', ids: [10] })
  expect(used.recent).toEqual(nine.recent)
  expect(reduceTools(used, pick(99)).recent).toEqual([10, 99, 12, 13, 14, 15, 16, 17, 18])
})

test('a number key chooses its class, and with swap what takes the place of the chosen one', () => {
  const two = after(pick(3), pick(8))
  expect(reduceTools(two, { kind: 'recent', place: 0 }).class).toBe(3)
  const swap = reduceTools(two, { kind: 'operation', operation: 'swap' })
  const chosen = reduceTools(swap, { kind: 'recent', place: 0 })
  expect([chosen.class, chosen.to]).toEqual([8, 3])
  expect(reduceTools(two, { kind: 'recent', place: 5 })).toBe(two)
})

test('an operation is asked for in full, or what it lacks is named', () => {
  expect(operationOf(firstTools)).toBe('class')
  expect(operationOf(after(pick(3)))).toEqual({
    kind: 'label',
    class: 3,
    to: null,
    amount: 0.95,
    what: null,
    ids: 'shown',
  })
  const swap = after(pick(3), { kind: 'operation', operation: 'swap' })
  expect(operationOf(swap)).toBe('to')
  expect(operationOf(reduceTools(swap, { kind: 'class', id: 3, role: 'to' }))).toBe('same')
  expect(operationOf(reduceTools(swap, { kind: 'class', id: 4, role: 'to' }))).toMatchObject({ to: 4 })
  const set = after(pick(3), { kind: 'operation', operation: 'set' }, { kind: 'logit', value: -4 })
  expect(operationOf(set)).toMatchObject({ kind: 'set', amount: -4 })
  expect(operationOf(after(pick(3), { kind: 'operation', operation: 'remove' }))).toMatchObject({
    amount: null,
  })
})

test('amounts and the brush stay within their limits; another annotation forgets classes', () => {
  expect(after({ kind: 'amount', value: -3 }).amount).toBe(0.1)
  expect(after({ kind: 'brush', by: 100 }).brush).toBe(brushRadii.length - 1)
  expect(after({ kind: 'brush', by: -1 }).brush).toBe(0)
  expect(after(pick(3), { kind: 'forget' })).toEqual(firstTools)
})

const map: LabelMap = {
  shape: [1, 3, 4],
  ids: Uint16Array.from([1, 1, 2, 2, 1, 2, 2, 1, 3, 3, 2, 1]),
  logits: new Float32Array(12).fill(4),
}

test('each tool touches its cells', () => {
  const at = { x: 2.5, y: 1.5 }
  const cells = (part: Partial<ToolState>, from = at, to = at) =>
    touchedCells({ ...firstTools, ...part }, map, from, to)
  expect(cells({})).toEqual([6])
  expect(cells({ tool: 'brush', brush: 1 })).toEqual([2, 5, 6, 7, 10])
  expect(cells({ tool: 'rectangle' }, { x: 0.2, y: 0.2 }, { x: 1.5, y: 1.5 })).toEqual([0, 1, 4, 5])
  expect(cells({ tool: 'region' })).toEqual([2, 3, 5, 6, 10])
  expect(cells({ tool: 'image' })).toHaveLength(12)
  expect(cells({ tool: 'inspect' })).toEqual([])
  for (const tool of ['region', 'image'] as const) expect(cells({ tool }, at, { x: -1, y: 1 })).toEqual([])
})

test('the cell cursor begins in the middle and stays on the map', () => {
  const grid = { height: 3, width: 4 }
  expect(moveCell(grid, null, 1, 0)).toBe(6)
  expect(moveCell(grid, 6, 1, 0)).toBe(7)
  expect(moveCell(grid, 7, 1, 0)).toBe(7)
  expect(moveCell(grid, 2, 0, -1)).toBe(2)
  expect(cellAt(grid, { x: 3.99, y: 2.99 })).toBe(11)
  expect(cellAt(grid, { x: 4, y: 0 })).toBeNull()
})
