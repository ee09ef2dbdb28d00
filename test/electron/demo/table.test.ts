/** Means, deviations and columns. */
import { describe, expect, it } from 'vitest'
import { resultTable, summarise, summary } from '../../../electron/demo/table.ts'
import type { TrainedRow } from '../../../electron/demo/table.ts'

const row = (name: string, seed: number, top1: number): TrainedRow => ({
  name,
  seed,
  seconds: 10 + seed,
  measures: { top1, largest: 0.5, real: 0.75, mAP: 0.6, cropReal: 0.7, crops: 100 },
})

describe('summarise', () => {
  it('gives mean and sample standard deviation', () => {
    expect(summarise([1, 2, 3])).toEqual({ mean: 2, sd: 1 })
    expect(summarise([5])).toEqual({ mean: 5, sd: undefined })
  })
})

describe('resultTable', () => {
  it('keeps the order of rows and shows deviations only where there are several seeds', () => {
    const rows = summary([row('onehot', 0, 0.4), row('relabel', 0, 0.52), row('onehot', 1, 0.5)])
    expect(rows.map(one => [one.name, one.seeds, one.seconds])).toEqual([
      ['onehot', 2, 10.5],
      ['relabel', 1, 10],
    ])
    // sd of 40 and 50: 10 / √2 = 7.07
    expect(resultTable(rows).split('\n')).toEqual([
      'supervision       top-1     largest        ReaL         mAP   crop ReaL  seconds',
      'onehot       45.0 ± 7.1  50.0 ± 0.0  75.0 ± 0.0  60.0 ± 0.0  70.0 ± 0.0     10.5',
      'relabel            52.0        50.0        75.0        60.0        70.0     10.0',
    ])
  })
})
