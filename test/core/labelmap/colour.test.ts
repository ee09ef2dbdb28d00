/** The colours of classes. */
import { expect, test } from 'vitest'
import { classColour, colourDistance, oklabOf, rgbHex, rgbOf } from '../../../core/labelmap/colour.ts'

test('the colours of the specification', () => {
  expect([0, 1, 2, 3].map(id => rgbHex(classColour(id)))).toEqual([
    '#e15e8e',
    '#85d664',
    '#7685f8',
    '#ffa56b',
  ])
})

test('neighbouring classes are far apart, and any class is bright enough for dark text', () => {
  for (let id = 0; id < 2000; id++) {
    expect(colourDistance(classColour(id), classColour(id + 1))).toBeGreaterThan(0.25)
    expect(oklabOf(classColour(id))[0]).toBeGreaterThan(0.64)
  }
  expect(classColour((1 << 20) + 3)).toEqual(classColour((1 << 20) + 3))
})

test('OKLab and sRGB lead to each other', () => {
  for (const rgb of [
    [0, 0, 0],
    [255, 255, 255],
    [255, 0, 0],
    [12, 200, 97],
  ] as const)
    expect(rgbOf(oklabOf(rgb))).toEqual(rgb)
  expect(colourDistance([0, 0, 0], [255, 255, 255])).toBeCloseTo(1, 4)
})
