/** The table of runs, seeds and chance, comparisons and curves as data. */
import { describe, expect, it } from 'vitest'
import type { RunComparison, RunCurves, RunInfo } from '../../../../core/contract/api/training.ts'
import { classChanges, confusionMatrix, confusions } from '../../../../renderer/screens/runs/comparison.ts'
import { knownQuantities, lineOf } from '../../../../renderer/screens/runs/curves.ts'
import {
  imageNoise,
  recipeKey,
  seedCandidates,
  seedGroups,
  seedNoise,
  spread,
} from '../../../../renderer/screens/runs/seeds.ts'
import { nextSort, sortRuns, usedColumns } from '../../../../renderer/screens/runs/table.ts'

const run = (id: number, top1: number | null, more: Partial<RunInfo> = {}): RunInfo => ({
  id: `r${id}`,
  created: `2026-01-0${id}T00:00:00Z`,
  status: 'done',
  student: 'digits_student',
  supervision: 'relabel',
  annotation: 'a1',
  snapshot: 's1',
  epochs: 6,
  ofEpochs: 6,
  seed: id,
  loss: 1,
  split: 'val',
  metrics: top1 === null ? null : { images: 500, top1, top5: null, real: null, mAP: null, loss: null },
  basis: null,
  measure: top1 === null ? null : 'top1',
  toFirst: null,
  toBest: null,
  imagesPerSecond: null,
  seconds: null,
  evaluated: ['val'],
  ...more,
})

describe('table', () => {
  const runs = [run(1, 0.5), run(2, null), run(3, 0.9), run(10, 0.5)]
  it('sorts both ways with unknown values last and ties by age', () => {
    const ids = (descending: boolean) => sortRuns(runs, { by: 'top1', descending }).map(({ id }) => id)
    expect(ids(true)).toEqual(['r3', 'r1', 'r10', 'r2'])
    expect(ids(false)).toEqual(['r1', 'r10', 'r3', 'r2'])
    expect(sortRuns(runs, { by: 'id', descending: true }).map(({ id }) => id)).toEqual([
      'r10',
      'r3',
      'r2',
      'r1',
    ])
  })
  it('turns the order of a column round, and begins measures with the best', () => {
    expect(nextSort({ by: 'id', descending: false }, 'real')).toEqual({ by: 'real', descending: true })
    expect(nextSort({ by: 'real', descending: true }, 'real')).toEqual({ by: 'real', descending: false })
    expect(nextSort({ by: 'id', descending: false }, 'loss').descending).toBe(false)
  })
  it('leaves columns without values out', () => {
    const used = usedColumns(runs)
    expect(used).toContain('top1')
    expect(used).not.toContain('mAP')
    expect(used).not.toContain('seconds')
  })
})

describe('seeds', () => {
  const recipe = (seed: number, epochs = 6) => ({ epochs, seed, threads: seed })
  it('groups runs that differ only by their seed', () => {
    const runs = [run(1, 0.8), run(2, 0.82), run(3, 0.84), run(4, 0.9), run(5, 0.7, { split: 'test' })]
    const recipes = new Map([
      ['r1', recipe(1)],
      ['r2', recipe(2)],
      ['r3', recipe(3)],
      ['r4', recipe(4, 12)],
    ])
    const groups = seedGroups(runs, recipes, 'val', 'top1')
    expect(groups.map(group => group.runs.map(({ id }) => id))).toEqual([['r1', 'r2', 'r3'], ['r4']])
    expect(groups[0]?.mean).toBeCloseTo(0.82)
    expect(groups[0]?.sd).toBeCloseTo(0.02)
    expect(groups[1]?.sd).toBeNull()
  })
  it('never takes runs for the same whose recipes are not known, but asks for them', () => {
    const runs = [run(1, 0.8), run(2, 0.9), run(3, 0.9, { ofEpochs: 9 }), run(4, 0.9, { status: 'failed' })]
    expect(seedGroups(runs, new Map(), 'val', 'top1')).toHaveLength(3)
    expect(seedCandidates(runs)).toEqual(['r1', 'r2'])
    expect(seedCandidates([run(1, 0.8, { seed: 5 }), run(2, 0.9, { seed: 5 })])).toEqual([])
  })
  it('counts the same seed once', () => {
    const recipes = new Map([
      ['r1', recipe(0)],
      ['r2', recipe(0)],
    ])
    const groups = seedGroups([run(1, 0.8, { seed: 0 }), run(2, 0.8, { seed: 0 })], recipes, 'val', 'top1')
    expect(groups[0]).toMatchObject({ n: 1, sd: null })
  })
  it('tells other snapshots apart', () => {
    expect(recipeKey(run(1, 1), recipe(1))).toBe(recipeKey(run(2, 1), recipe(2)))
    expect(recipeKey(run(1, 1, { snapshot: 's2' }), recipe(1))).not.toBe(recipeKey(run(1, 1), recipe(1)))
  })
  it('measures the spread as the sample deviation', () => {
    expect(spread([1, 2, 3, 4]).sd).toBeCloseTo(1.29099, 4)
    expect(spread([5])).toEqual({ mean: 5, sd: null })
  })
  it("gives Welch's interval: a textbook pair", () => {
    const group = (values: number[]) => ({ runs: [], n: values.length, ...spread(values) })
    const noise = seedNoise(group([0.8, 0.82, 0.84]), group([0.86, 0.88, 0.9]))
    // Equal spreads of .02: error .02·√(2/3), four degrees of freedom, t = 2.776.
    expect(noise?.threshold).toBeCloseTo(2.776 * 0.02 * Math.sqrt(2 / 3), 5)
    expect(noise?.difference).toBeCloseTo(0.06)
    expect(seedNoise(group([0.8]), group([0.9, 0.8]))).toBeNull()
  })
  it('reckons with the images on which the runs disagree', () => {
    const noise = imageNoise({ both: 300, base: 20, other: 30, neither: 50 }, [1, 1])
    expect(noise?.difference).toBeCloseTo(0.025)
    expect(noise?.threshold).toBeCloseTo(1.96 * Math.sqrt((50 / 400 - 0.025 ** 2) / 400))
    expect(imageNoise({ both: 0, base: 0, other: 0, neither: 0 }, [1, 1])).toBeNull()
  })
})

const comparison: RunComparison = {
  split: 'val',
  base: 'r1',
  other: 'r2',
  classes: [
    { class: 0, images: 10, base: 0.5, other: 0.9 },
    { class: 1, images: 10, base: 0.9, other: 0.6 },
    { class: 2, images: 0, base: 0, other: 0 },
    { class: 3, images: 4, base: 0.5, other: 0.5 },
  ],
  confusion: {
    base: [
      [0, 1, 5],
      [3, 1, 2],
      [1, 1, 9],
    ],
    other: [
      [1, 0, 4],
      [0, 1, 1],
    ],
  },
  agreement: { both: 10, base: 4, other: 5, neither: 5 },
}

describe('comparison', () => {
  it('orders classes by what changed and leaves empty ones out', () => {
    const order = (by: 'gain' | 'loss' | 'size' | 'class') =>
      classChanges(comparison, by).map(entry => entry.class)
    expect(order('gain')).toEqual([0, 3, 1])
    expect(order('loss')).toEqual([1, 3, 0])
    expect(order('size')).toEqual([0, 1, 3])
    expect(order('class')).toEqual([0, 1, 3])
  })
  it('joins the confusions of both runs without right answers', () => {
    expect(confusions(comparison)).toEqual([
      { truth: 0, answer: 1, base: 5, other: 1 },
      { truth: 1, answer: 0, base: 0, other: 4 },
      { truth: 3, answer: 1, base: 2, other: 0 },
    ])
  })
  it('can be of some classes only; the matrix then counts all that was confused between those it shows', () => {
    expect(classChanges(comparison, 'class', new Set([1])).map(entry => entry.class)).toEqual([1])
    expect(classChanges(comparison, 'class', new Set())).toEqual([])
    for (const { truth, answer } of confusions(comparison, new Set([0]))) expect([truth, answer]).toContain(0)
    expect(confusions(comparison, new Set([0])).length).toBeLessThan(confusions(comparison).length)
    const chain = [
      { truth: 0, answer: 1, base: 5, other: 5 },
      { truth: 1, answer: 2, base: 7, other: 7 },
      { truth: 2, answer: 0, base: 1, other: 1 },
    ]
    const ofZero = chain.filter(one => one.truth === 0 || one.answer === 0)
    expect(confusionMatrix(chain, 'base', 9, ofZero).counts).toEqual([
      [0, 5, 0],
      [0, 0, 7],
      [1, 0, 0],
    ])
    expect(confusionMatrix(chain, 'base', 9, []).classes).toEqual([])
  })
  it('draws the same classes for both runs and their difference', () => {
    const all = confusions(comparison)
    const matrix = confusionMatrix(all, 'difference', 2)
    expect(matrix.classes).toEqual([0, 1])
    expect(matrix.counts).toEqual([
      [0, -4],
      [4, 0],
    ])
    expect(matrix.largest).toBe(4)
    expect(confusionMatrix(all, 'base', 2).classes).toEqual([0, 1])
    expect(confusionMatrix(all, 'base', 9).counts[2]).toEqual([0, 2, 0])
    expect(confusionMatrix([], 'base', 9)).toEqual({ classes: [], counts: [], largest: 1 })
  })
})

describe('curves', () => {
  const curves: RunCurves = {
    id: 'r1',
    step: [1, 2, 3, 4],
    loss: [4, 3, 2, 1],
    lr: [0.1, 0.2, 0.3, 0.4],
    epochs: [
      { epoch: 1, step: 2, loss: 3.5, top1: 0.4, real: null, mAP: null },
      { epoch: 2, step: 4, loss: 1.5, top1: 0.6, real: null, mAP: null },
    ],
  }
  it('offers what some run knows', () => {
    expect(knownQuantities([curves])).toEqual(['loss', 'top1', 'lr'])
    expect(knownQuantities([])).toEqual([])
  })
  it('draws losses by step or by epoch, and accuracy at the step of its epoch', () => {
    expect(lineOf(curves, 'a', 'loss', 'step')).toEqual({ label: 'a', x: [1, 2, 3, 4], y: [4, 3, 2, 1] })
    expect(lineOf(curves, 'a', 'loss', 'epoch').y).toEqual([3.5, 1.5])
    expect(lineOf(curves, 'a', 'top1', 'step').x).toEqual([2, 4])
    expect(lineOf(curves, 'a', 'lr', 'epoch').y).toEqual([0.2, 0.4])
  })
})
