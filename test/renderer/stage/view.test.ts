/** The view's arithmetic: what lies under the cursor stays there, fits fit, and the image is never lost. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  actualView,
  fitView,
  panBy,
  resizeView,
  scaleLimits,
  toImage,
  toScreen,
  wheelFactor,
  zoomAt,
  type View,
} from '../../../renderer/stage/view.ts'

const view = fc.record({
  scale: fc.double({ min: 0.05, max: 60, noNaN: true }),
  x: fc.double({ min: -2000, max: 2000, noNaN: true }),
  y: fc.double({ min: -2000, max: 2000, noNaN: true }),
})
const point = fc.record({
  x: fc.double({ min: 0, max: 1600, noNaN: true }),
  y: fc.double({ min: 0, max: 1000, noNaN: true }),
})
const image = { width: 640, height: 480 }
const screen = { width: 1000, height: 700 }

test('what lies under the cursor stays there while zooming, up to the limits of the scale', () => {
  fc.assert(
    fc.property(view, point, fc.double({ min: 0.2, max: 5, noNaN: true }), (start: View, at, factor) => {
      const before = toImage(start, at)
      const after = zoomAt(start, at, factor)
      const there = toScreen(after, before)
      expect(there.x).toBeCloseTo(at.x, 6)
      expect(there.y).toBeCloseTo(at.y, 6)
      expect(after.scale).toBeGreaterThanOrEqual(scaleLimits.least)
      expect(after.scale).toBeLessThanOrEqual(scaleLimits.most)
    }),
    { seed: 1 },
  )
})

test('a fitted image is whole, centred, and touches the margin on one axis', () => {
  const fitted = fitView(image, screen)
  const a = toScreen(fitted, { x: 0, y: 0 })
  const b = toScreen(fitted, { x: image.width, y: image.height })
  expect(a.x + b.x).toBeCloseTo(screen.width)
  expect(a.y + b.y).toBeCloseTo(screen.height)
  expect(Math.min(a.x, a.y)).toBeCloseTo(24)
})

test('actual size is one image pixel per device pixel about the middle', () => {
  const fitted = fitView(image, screen)
  const middle = toImage(fitted, { x: 500, y: 350 })
  const actual = actualView(fitted, image, screen, 2)
  expect(actual.scale).toBeCloseTo(0.5)
  expect(toScreen(actual, middle).x).toBeCloseTo(500)
})

test('however far it is dragged, a part of the image stays on the screen', () => {
  fc.assert(
    fc.property(view, point, (start, by) => {
      for (const sign of [-100, 100]) {
        const moved = panBy(start, { x: by.x * sign, y: by.y * sign }, image, screen)
        const seen = Math.min(moved.x + image.width * moved.scale, screen.width) - Math.max(moved.x, 0)
        expect(seen).toBeGreaterThanOrEqual(Math.min(48, image.width * moved.scale) - 1e-6)
      }
    }),
    { seed: 2 },
  )
})

test('another window size keeps the middle', () => {
  const start = { scale: 2, x: 10, y: 20 }
  const after = resizeView(start, screen, { width: 1200, height: 500 })
  expect(toImage(after, { x: 600, y: 250 })).toEqual(toImage(start, { x: 500, y: 350 }))
})

test('the wheel zooms in upwards, out downwards, and a notch and its opposite cancel', () => {
  expect(wheelFactor(-100, 0)).toBeGreaterThan(1)
  expect(wheelFactor(100, 0) * wheelFactor(-100, 0)).toBeCloseTo(1)
  expect(wheelFactor(3, 1)).toBeCloseTo(wheelFactor(48, 0))
  expect(wheelFactor(1e9, 0)).toBeGreaterThan(0.5)
})
