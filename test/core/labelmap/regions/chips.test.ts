/** Where the names stand. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import { placeChips, planRegions, type ChipOptions } from '../../../../core/labelmap/regions/index.ts'

/** A map from a drawing: digits are classes, dots background. */
function drawn(...rows: string[]): LabelMap {
  const cells = [...rows.join('')]
  return {
    shape: [1, rows.length, rows[0]!.length],
    ids: Uint16Array.from(cells, c => (c === '.' ? 0 : Number(c))),
    logits: Float32Array.from(cells, c => (c === '.' ? 0 : 12)),
  }
}
const planOf = (map: LabelMap, given: number | null) =>
  planRegions(map, { classes: 10, fill: 0, given, sure: 5 })
const options: ChipOptions = {
  width: 600,
  height: 400,
  textWidth: text => 7 * text.length,
  name: id => `class ${id}`,
  percent: share => `${Math.round(share * 100)} %`,
  nowhere: name => `${name}: not on this map`,
}

test('the given label is filled and stands on the top of its outline; the next largest says its percent alone', () => {
  const plan = planOf(drawn('......', '.111..', '.11.22', '....22', '11..22', '11..2.', '11....'), 1)
  const chips = placeChips(plan, options)
  expect(chips.map(({ text, filled, leader }) => [text, filled, leader])).toEqual([
    ['class 1 100 %', true, null],
    ['100 %', true, null],
    ['class 2 100 %', false, null],
  ])
  const path = plan.regions[0]!.paths[0]!
  const top = Math.min(...path.filter((_, i) => i % 2 === 1)) * (400 / 7)
  expect(chips[0]!.y + 10).toBeCloseTo(top, 4)
})

test('a given label that leads nowhere is said at the lower left', () => {
  const [chip] = placeChips(planOf(drawn('222', '222', '222'), 7), options)
  expect(chip).toMatchObject({ region: -1, text: 'class 7: not on this map', x: 8, y: 370, filled: false })
  expect(placeChips(planOf(drawn('...', '...'), 7), { ...options, nowhere: undefined! })).toEqual([])
})

test('a chip that finds its outline taken stands away, with a line to it; one that finds no place is left out', () => {
  const plan = planOf(drawn('12345', '12345', '12345'), null)
  const wide: ChipOptions = { ...options, width: 400, height: 300, textWidth: () => 120 }
  expect(placeChips(plan, wide).some(({ leader }) => leader !== null)).toBe(true)
  expect(placeChips(plan, { ...wide, textWidth: () => 390 })).toEqual([])
})

test('on any plan chips are apart, inside the picture, and name each class once', () => {
  const row = fc
    .array(fc.constantFrom('1', '2', '3', '4', '.'), { minLength: 8, maxLength: 8 })
    .map(list => list.join(''))
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 5, maxLength: 5 }),
      fc.integer({ min: 100, max: 900 }),
      (rows, width) => {
        const chips = placeChips(planOf(drawn(...rows), 1), { ...options, width, height: width * 0.6 })
        chips.forEach((a, i) => {
          if (a.region >= 0) {
            expect(a.x).toBeGreaterThanOrEqual(2)
            expect(a.x + a.width).toBeLessThanOrEqual(width - 2 + 1e-9)
            expect(a.y + a.height).toBeLessThanOrEqual(width * 0.6 - 2 + 1e-9)
          }
          for (const b of chips.slice(0, i))
            expect(
              a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y,
            ).toBe(true)
        })
        const names = chips.filter(({ text }) => text.startsWith('class')).map(({ text }) => text)
        expect(new Set(names).size).toBe(names.length)
      },
    ),
    { numRuns: 100 },
  )
})
