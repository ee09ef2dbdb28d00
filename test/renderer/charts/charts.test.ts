/** Charts as data: alignment, smoothing, following, words and styles. */
import { describe, expect, it } from 'vitest'
import type { RunCurves } from '../../../core/contract/api/training.ts'
import { align, smoothed } from '../../../renderer/charts/align.ts'
import { extend, lastStep } from '../../../renderer/charts/extend.ts'
import { short } from '../../../renderer/charts/format.ts'
import { lineStyle } from '../../../renderer/charts/styles.ts'
import { summarise, tableRows } from '../../../renderer/charts/summary.ts'

const curves = (step: number[], epochs: number[] = []): RunCurves => ({
  id: 'r1',
  step,
  loss: step.map(s => 1 / s),
  lr: step.map(s => s / 1000),
  epochs: epochs.map(epoch => ({ epoch, step: epoch * 10, loss: 1, top1: 0.5, real: null, mAP: null })),
})

describe('align', () => {
  it('joins the x values and leaves gaps where a line has no point', () => {
    expect(
      align([
        { x: [1, 3], y: [10, 30] },
        { x: [2, 3], y: [null, 31] },
      ]),
    ).toEqual([
      [1, 2, 3],
      [10, undefined, 30],
      [undefined, null, 31],
    ])
  })
  it('treats values that are not numbers as unknown', () => {
    expect(align([{ x: [1, 2], y: [NaN, Infinity] }])[1]).toEqual([null, null])
  })
})

describe('smoothed', () => {
  it('starts at the first value and nears a new level', () => {
    const y = smoothed([4, 4, 4, 0, 0, 0, 0, 0, 0], 0.5) as number[]
    expect(y.slice(0, 3)).toEqual([4, 4, 4])
    expect(y[3]).toBeCloseTo((0.5 * 0 + 0.5 * 4 * (1 - 0.5 ** 3)) / (1 - 0.5 ** 4))
    expect(y.at(-1)).toBeLessThan(0.1)
  })
  it('changes nothing with weight 1 and passes unknown values over', () => {
    expect(smoothed([1, null, 3], 1)).toEqual([1, null, 3])
    expect(smoothed([2, null, 2], 0.3)[2]).toBeCloseTo(2)
  })
})

describe('extend', () => {
  it('puts new steps behind the known ones and replaces epochs', () => {
    const joined = extend(curves([1, 2, 3], [1]), curves([4, 5], [1, 2]))
    expect(joined.step).toEqual([1, 2, 3, 4, 5])
    expect(joined.loss).toHaveLength(5)
    expect(joined.epochs.map(epoch => epoch.epoch)).toEqual([1, 2])
    expect(lastStep(joined)).toBe(5)
  })
  it('lets the steps of a resumed run win', () => {
    const again = extend(curves([1, 2, 3, 4]), { ...curves([3, 4]), loss: [9, 9] })
    expect(again.step).toEqual([1, 2, 3, 4])
    expect(again.loss).toEqual([1, 0.5, 9, 9])
  })
  it('changes nothing when nothing is new, and starts over for another run', () => {
    expect(extend(curves([1, 2]), curves([])).step).toEqual([1, 2])
    expect(extend(curves([1, 2]), { ...curves([7]), id: 'r2' }).step).toEqual([7])
  })
  it('stays within its limit and keeps the newest step', () => {
    let all = curves([1])
    for (let step = 2; step < 300; step++) all = extend(all, curves([step]), 50)
    expect(all.step.length).toBeLessThanOrEqual(50)
    expect(all.step.at(-1)).toBe(299)
    expect(all.loss.length).toBe(all.step.length)
  })
})

describe('words', () => {
  const line = { label: 'loss', x: [1, 2, 3, 4], y: [5, null, 1, 2] }
  it('names first, last and extremes', () => {
    expect(summarise(line)).toEqual({
      label: 'loss',
      points: 3,
      first: { x: 1, y: 5 },
      last: { x: 4, y: 2 },
      lowest: { x: 3, y: 1 },
      highest: { x: 1, y: 5 },
    })
    expect(summarise({ label: 'none', x: [1], y: [null] }).last).toBeNull()
  })
  it('draws an even table that ends with the last point', () => {
    const long = {
      label: 'a',
      x: Array.from({ length: 95 }, (_, i) => i),
      y: Array.from({ length: 95 }, () => 1),
    }
    const rows = tableRows([long], 20)
    expect(rows.length).toBeLessThanOrEqual(20)
    expect(rows.at(-1)?.x).toBe(94)
    expect(tableRows([line, { label: 'b', x: [2], y: [7] }], 20)[1]).toEqual({ x: 2, values: [null, 7] })
  })
  it('writes values with four digits', () => {
    expect([short(0.012345, 'en'), short(0.00000123, 'en'), short(null)]).toEqual(['0.01235', '1.23e-6', '–'])
  })
})

describe('lineStyle', () => {
  it('gives no pair of colour and dash twice among the first 28', () => {
    for (const ground of ['light', 'dark'] as const) {
      const styles = Array.from({ length: 28 }, (_, i) => JSON.stringify(lineStyle(i, ground)))
      expect(new Set(styles).size).toBe(28)
    }
  })
  it('makes neighbours differ in both', () => {
    for (let i = 0; i < 20; i++) {
      const [a, b] = [lineStyle(i, 'dark'), lineStyle(i + 1, 'dark')]
      expect(a.colour).not.toBe(b.colour)
      expect(a.dash).not.toEqual(b.dash)
    }
  })
})
