/** The runs screen's state: what is known of runs that changed is forgotten, the rest stays. */
import { expect, test } from 'vitest'
import type { RunCurves, RunInfo } from '../../../../core/contract/api/training.ts'
import {
  firstRuns,
  forgotten,
  listed,
  selectedWith,
  type RunDetails,
} from '../../../../renderer/screens/runs/state.ts'

const run = (id: string, epochs = 1): RunInfo => ({ id, epochs }) as unknown as RunInfo
const known = (...ids: string[]) => ({
  details: new Map(ids.map(id => [id, { id } as unknown as RunDetails])),
  curves: new Map(ids.map(id => [id, { id } as unknown as RunCurves])),
})

test('reloading the table keeps the details of unchanged runs', () => {
  const before = {
    ...listed(firstRuns, [run('r1'), run('r2'), run('r3')]),
    ...known('r1', 'r2', 'r3'),
    selected: ['r3', 'r2'],
    error: new Error('lost'),
  }
  const now = listed(before, [run('r1'), run('r2', 2)])
  expect([...now.details.keys()]).toEqual(['r1'])
  expect([...now.curves.keys()]).toEqual(['r1'])
  expect(now).toMatchObject({ selected: ['r2'], loaded: true, error: null })
})

test('another project starts over, in the same order and tab', () => {
  const state = { ...listed(firstRuns, [run('r1')]), selected: ['r1'], tab: 'detail' as const, focused: 'r1' }
  expect(forgotten(state)).toEqual({ ...firstRuns, tab: 'detail' })
})

test('runs are selected in the order in which they were chosen, each once', () => {
  expect(selectedWith(['a', 'b'], 'a', true)).toEqual(['b', 'a'])
  expect(selectedWith(['a', 'b'], 'c', true)).toEqual(['a', 'b', 'c'])
  expect(selectedWith(['a', 'b'], 'a', false)).toEqual(['b'])
})
