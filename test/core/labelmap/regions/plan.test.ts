/** The rule of the Regions view against its executable reference, and where it stops. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import { planRegions } from '../../../../core/labelmap/regions/index.ts'
import { poolLabelMap } from '../../../../core/pooling/pool-label-map.ts'

interface GoldenRegion {
  id: number
  cells: number[]
  mean: number
  role: string
  dashed: boolean
  paths: number[][]
}
interface GoldenCase {
  about: string
  classes: number
  fill: number
  given: number | null
  sure: number | null
  corrected: number[]
  shape: [number, number, number]
  ids: number[]
  logits: number[]
  regions: GoldenRegion[]
}
const golden = JSON.parse(
  readFileSync(new URL('../../../fixtures/regions.json', import.meta.url), 'utf8'),
) as { tolerance: { mean: number; points: number }; cases: GoldenCase[] }

const mapOf = ({ shape, ids, logits }: Pick<GoldenCase, 'shape' | 'ids' | 'logits'>): LabelMap => ({
  shape,
  ids: Uint16Array.from(ids),
  logits: Float32Array.from(logits),
})

test.each(golden.cases)('as the reference draws it: $about', one => {
  const plan = planRegions(mapOf(one), one)
  const inGolden = plan.regions.map((region, i) => ({
    ...region,
    mean: one.regions[i]?.mean,
    paths: region.paths.map(path => Array.from(path, v => v * 128)),
  }))
  expect(inGolden).toEqual(one.regions)
  plan.regions.forEach(({ mean }, i) =>
    expect(Math.abs(mean - one.regions[i]!.mean)).toBeLessThan(golden.tolerance.mean),
  )
  expect(plan.givenNowhere).toBe(one.given !== null && one.regions.every(({ id }) => id !== one.given))
})

/** Maps of a few classes, with ties, negative logits and a fill anywhere. */
const anyMap = fc
  .record({
    K: fc.integer({ min: 1, max: 4 }),
    H: fc.integer({ min: 1, max: 7 }),
    W: fc.integer({ min: 1, max: 7 }),
  })
  .chain(({ K, H, W }) =>
    fc.record({
      shape: fc.constant<[number, number, number]>([K, H, W]),
      cells: fc.array(
        fc.record({
          ids: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: K, maxLength: K }),
          logits: fc.array(fc.integer({ min: -8, max: 24 }), { minLength: K, maxLength: K }),
        }),
        { minLength: H * W, maxLength: H * W },
      ),
      fill: fc.integer({ min: -4, max: 4 }),
      given: fc.option(fc.integer({ min: 0, max: 5 })),
      sure: fc.option(fc.integer({ min: -5, max: 25 })),
      corrected: fc.subarray(Array.from({ length: H * W }, (_, i) => i)),
    }),
  )
  .map(({ shape, cells, ...rest }) => ({
    ...rest,
    map: {
      shape,
      ids: Uint16Array.from(
        { length: shape[0] * cells.length },
        (_, at) => cells[at % cells.length]!.ids[Math.floor(at / cells.length)]!,
      ),
      logits: Float32Array.from(
        { length: shape[0] * cells.length },
        (_, at) => cells[at % cells.length]!.logits[Math.floor(at / cells.length)]!,
      ),
    } satisfies LabelMap,
  }))

test('of any map: leaders, shares and target are those of the whole softmax', () => {
  fc.assert(
    fc.property(anyMap, ({ map, fill, given, sure, corrected }) => {
      const classes = 6
      const [K, H, W] = map.shape
      const plan = planRegions(map, { classes, fill, given, sure, corrected })
      for (let cell = 0; cell < H * W; cell++) {
        const z = new Float64Array(classes).fill(fill)
        for (let k = 0; k < K; k++) z[map.ids[k * H * W + cell]!] = map.logits[k * H * W + cell]!
        const best = Math.max(...z)
        const total = z.reduce((sum, v) => sum + Math.exp(v - best), 0)
        expect(plan.leader[cell]).toBe(best > fill ? z.indexOf(best) : -1)
        expect(plan.share[cell]).toBeCloseTo(best > fill ? 1 / total : 0, 5)
        for (const [id, share] of plan.shares)
          expect(share[cell]).toBeCloseTo(Math.exp(z[id]! - best) / total, 5)
      }
      const whole = poolLabelMap(
        map,
        { top: 0, left: 0, height: H, width: W },
        { height: H, width: W },
        { classes, fill },
      )
      for (const [id, share] of plan.target) expect(share).toBeCloseTo(whole.probabilities[id]!, 4)
    }),
    { numRuns: 200 },
  )
})

test('of any map: a region has only cells that its class leads, and hides no cell of a person', () => {
  fc.assert(
    fc.property(anyMap, ({ map, fill, given, sure, corrected }) => {
      const plan = planRegions(map, { classes: 6, fill, given, sure, corrected })
      const covered = new Map<number, number>()
      for (const region of plan.regions)
        for (const cell of region.cells) {
          expect(plan.leader[cell]).toBe(region.id)
          expect(covered.has(cell)).toBe(false)
          covered.set(cell, region.id)
        }
      for (const cell of corrected) if (plan.leader[cell]! >= 0) expect(covered.has(cell)).toBe(true)
      const drawn = new Set(plan.regions.map(({ id }) => id))
      expect([...plan.shares.keys()]).toEqual([...drawn])
      expect(plan.others).toBe(new Set(plan.leader.filter(id => id >= 0 && !drawn.has(id))).size)
      expect(
        plan.regions.filter(({ role }) => role === 'named' || role === 'place').length === 0 ||
          drawn.size <= 7 + corrected.length,
      ).toBe(true)
      if (given !== null) expect(plan.givenNowhere).toBe(!drawn.has(given))
    }),
    { numRuns: 300 },
  )
})

const uniform = (side: number, ids: number[], logits: number[]): LabelMap => ({
  shape: [ids.length, side, side],
  ids: Uint16Array.from(
    { length: ids.length * side * side },
    (_, at) => ids[Math.floor(at / (side * side))]!,
  ),
  logits: Float32Array.from(
    { length: ids.length * side * side },
    (_, at) => logits[Math.floor(at / (side * side))]!,
  ),
})

test('where nothing is above the fill logit no class leads, and nothing is drawn', () => {
  for (const logit of [0, -1]) {
    const plan = planRegions(uniform(3, [0, 1], [logit, logit]), { classes: 5, fill: 0, given: 0, sure: -9 })
    expect([...plan.leader]).toEqual(Array(9).fill(-1))
    expect(plan).toMatchObject({ regions: [], others: 0, givenNowhere: true })
  }
})

test('logits as far apart as half precision allows give numbers', () => {
  const plan = planRegions(uniform(2, [3, 1], [65504, -65504]), { classes: 5, fill: 0, given: 1, sure: null })
  expect(plan.regions.map(({ id, mean }) => [id, mean])).toEqual([[3, 1]])
})

test('a class far beyond the number of classes keeps its id: annotator classes without a project class', () => {
  const foreign = (1 << 20) + 7
  const map = uniform(4, [3, 1], [9, 2])
  const ids = Uint32Array.from(map.ids, id => (id === 3 ? foreign : id))
  const plan = planRegions({ ...map, ids }, { classes: 10, fill: 0, given: 1, sure: null })
  expect(plan.regions.map(({ id, role }) => [id, role])).toEqual([[foreign, 'named']])
})

test('a colour that a person chose decides about the dash', () => {
  const map: LabelMap = {
    shape: [1, 4, 2],
    ids: Uint16Array.of(0, 1, 0, 1, 0, 1, 0, 1),
    logits: new Float32Array(8).fill(9),
  }
  const options = { classes: 10, fill: 0, given: 0, sure: null }
  const dashes = (colourOf?: () => [number, number, number]): boolean[] =>
    planRegions(map, { ...options, ...(colourOf && { colourOf }) }).regions.map(({ dashed }) => dashed)
  expect(dashes()).toEqual([false, false])
  expect(dashes(() => [200, 30, 30])).toEqual([false, true])
})

test('thirty by thirty cells of twenty classes each are planned while a stroke is drawn', () => {
  const [K, side] = [20, 30]
  const map = uniform(
    side,
    Array.from({ length: K }, (_, k) => 50 * k),
    Array.from({ length: K }, (_, k) => 30 - k),
  )
  for (let cell = 0; cell < side * side; cell++) map.ids[cell] = 1 + (cell % 40)
  const once = (): number => {
    const start = performance.now()
    planRegions(map, { classes: 1000, fill: 0, given: 3, sure: 29 })
    return performance.now() - start
  }
  expect(Math.min(...Array.from({ length: 10 }, once))).toBeLessThan(16)
})

test('a finer grid needs parts of the same share of the picture, a coarser one the same cells', () => {
  /** A block of class 1 and a distant block of class 2 on background of class 0, unsure everywhere. */
  const drawnOn = (side: number, cells: number): number[] => {
    const map = uniform(side, [0, 9], [1, 0.5])
    const put = (id: number, from: number, size: number): void => {
      for (let i = 0; i < size; i++) {
        const cell = from + Math.floor(i / 4) * side + (i % 4)
        ;[map.ids[cell], map.logits[cell]] = [id, 60]
      }
    }
    put(1, 0, cells)
    put(2, side * (side - 4), cells)
    return planRegions(map, { classes: 1000, fill: 0, given: 1, sure: 50 }).regions.map(({ id }) => id)
  }
  expect(drawnOn(7, 4)).toEqual([1, 2])
  expect(drawnOn(7, 2)).toEqual([1])
  expect(drawnOn(15, 4)).toEqual([1, 2])
  expect(drawnOn(30, 11)).toEqual([1])
  expect(drawnOn(30, 16)).toEqual([1, 2])
})
