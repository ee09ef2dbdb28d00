/** All cells: a class has its colour wherever it is, and a hatch only where colours look alike. */
import { expect, test } from 'vitest'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { alikeBelow, classColour, colourDistance } from '../../../core/labelmap/colour.ts'
import type { Hatch } from '../../../core/labelmap/palette.ts'
import { legendOf } from '../../../renderer/stage/swatches.ts'

const mapOf = (ids: number[]): LabelMap => ({
  shape: [1, 1, ids.length],
  ids: Uint16Array.from(ids),
  logits: new Float32Array(ids.length).fill(5),
})

test('a class has its colour whatever its rank, and keeps its hatch when another one overtakes it', () => {
  const known = new Map<number, Hatch>()
  const before = legendOf(mapOf([4, 4, 4, 7, 7]), known, classColour)
  expect(before.map(entry => [entry.id, entry.cells])).toEqual([
    [4, 3],
    [7, 2],
  ])
  const after = legendOf(mapOf([4, 7, 7, 7, 9]), known, classColour)
  expect(after.map(entry => entry.id)).toEqual([7, 4, 9])
  for (const { id, swatch } of after) expect(swatch.color).toEqual(classColour(id))
  for (const { id, swatch } of before)
    expect(after.find(entry => entry.id === id)?.swatch.hatch).toBe(swatch.hatch)
})

test('of classes whose colours look alike, no two have one hatch; where colours differ there is none', () => {
  expect(legendOf(mapOf([0, 1, 2]), new Map(), classColour).map(entry => entry.swatch.hatch)).toEqual([
    'plain',
    'plain',
    'plain',
  ])
  const many = legendOf(mapOf(Array.from({ length: 60 }, (_, i) => i * 13)), new Map(), classColour)
  let alike = 0
  many.forEach((a, i) =>
    many.slice(0, i).forEach(b => {
      if (colourDistance(a.swatch.color, b.swatch.color) >= alikeBelow) return
      alike++
      expect(a.swatch.hatch, `${a.id} and ${b.id}`).not.toBe(b.swatch.hatch)
    }),
  )
  expect(alike).toBeGreaterThan(20)
  many.forEach(({ swatch }, i) => {
    if (swatch.hatch === 'plain') return
    expect(many.slice(0, i).some(one => colourDistance(one.swatch.color, swatch.color) < alikeBelow)).toBe(
      true,
    )
  })
})
