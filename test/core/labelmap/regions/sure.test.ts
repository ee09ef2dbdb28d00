/** What counts as sure. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countSure } from '../../../../core/labelmap/regions/index.ts'

test('the 97th percentile of the leading logits of all cells, as numpy computes it', () => {
  const logit = fc.integer({ min: -2048, max: 2048 }).map(n => n / 16)
  const maps = fc.array(fc.array(fc.tuple(logit, logit), { minLength: 1, maxLength: 40 }), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(maps, fc.constantFrom(2, 10), (list, classes) => {
      const counter = countSure(classes, -3)
      const leading: number[] = []
      for (const cells of list) {
        const logits = Float32Array.from([...cells.map(([a]) => a), ...cells.map(([, b]) => b)])
        counter.add({ shape: [2, 1, cells.length], ids: new Uint16Array(logits.length), logits })
        for (const [a, b] of cells) leading.push(Math.max(a, b, classes > 2 ? -3 : -Infinity))
      }
      leading.sort((a, b) => a - b)
      const rank = 0.97 * (leading.length - 1)
      const [below, above] = [leading[Math.floor(rank)]!, leading[Math.ceil(rank)]!]
      expect(counter.value()).toBeCloseTo(below + (above - below) * (rank - Math.floor(rank)), 9)
    }),
  )
})

test('unknown without a map; logits beyond half precision count as its ends', () => {
  const counter = countSure(2, 0)
  expect(counter.value()).toBe(null)
  counter.add({ shape: [1, 1, 2], ids: Uint16Array.of(0, 1), logits: Float32Array.of(1e6, 1e6) })
  expect(counter.value()).toBe(65_504)
})
