/** Crops by handles stay whole and inside; random ones are what the trainer draws. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { random } from '../../../core/base/random.ts'
import { checkCrop } from '../../../core/pooling/crop.ts'
import { randomResizedCrop } from '../../../core/training/sample/crop.ts'
import {
  cropBetween,
  dragCrop,
  drawCrop,
  fitCrop,
  handleAt,
  handlePoint,
  handles,
} from '../../../renderer/stage/crop-box.ts'

const image = { width: 200, height: 120 }
const crop = { left: 40, top: 30, width: 60, height: 50 }
const number = fc.double({ min: -500, max: 500, noNaN: true })

test('every handle is found where it is drawn, the middle moves, outside holds nothing', () => {
  for (const handle of handles) expect(handleAt(crop, handlePoint(crop, handle), 4)).toBe(handle)
  expect(handleAt(crop, { x: 70, y: 55 }, 4)).toBe('move')
  expect(handleAt(crop, { x: 5, y: 5 }, 4)).toBeNull()
})

test('dragging any handle anywhere leaves a whole crop inside of the image', () => {
  fc.assert(
    fc.property(fc.constantFrom(...handles, 'move' as const), number, number, (handle, x, y) => {
      const moved = dragCrop(crop, handle, { x, y }, image)
      expect(() => checkCrop(moved, image)).not.toThrow()
      expect(Object.values(moved).every(Number.isInteger)).toBe(true)
      if (handle === 'move') expect([moved.width, moved.height]).toEqual([60, 50])
    }),
    { seed: 3 },
  )
})

test('a corner moves two sides and leaves the others', () => {
  expect(dragCrop(crop, 'nw', { x: -10.4, y: 5.2 }, image)).toEqual({
    left: 30,
    top: 35,
    width: 70,
    height: 45,
  })
})

test('a crop between two places, and one typed in, lie inside of the image', () => {
  fc.assert(
    fc.property(number, number, number, number, (a, b, c, d) => {
      expect(() => checkCrop(cropBetween({ x: a, y: b }, { x: c, y: d }, image), image)).not.toThrow()
      const typed = fitCrop({ left: a, top: b, width: c, height: d }, image)
      expect(() => checkCrop(typed, image)).not.toThrow()
    }),
    { seed: 4 },
  )
})

test('the same random numbers give the crop that training draws', () => {
  for (let seed = 0; seed < 300; seed++) {
    const size = { height: 20 + (seed % 7) * 50, width: 30 + (seed % 5) * 90 }
    const ours = drawCrop(size, [0.08, 1], [3 / 4, 4 / 3], random(seed))
    const theirs = randomResizedCrop(size.height, size.width, [0.08, 1], [3 / 4, 4 / 3], random(seed))
    expect(ours).toEqual(theirs)
  }
})
