/** Random-resized-crop: bounds, distribution, and the fallback of torchvision. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { random } from '../../../../core/base/random.ts'
import { centredCrop, randomResizedCrop } from '../../../../core/training/sample/crop.ts'

const usual: [[number, number], [number, number]] = [
  [0.08, 1],
  [3 / 4, 4 / 3],
]

describe('randomResizedCrop', () => {
  it('lies inside the image, is whole, and repeats for a seed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 1, max: 700 }),
        fc.integer(),
        (h, w, seed) => {
          const crop = randomResizedCrop(h, w, ...usual, random(seed))
          expect(randomResizedCrop(h, w, ...usual, random(seed))).toEqual(crop)
          expect(Object.values(crop).every(Number.isInteger)).toBe(true)
          expect(Math.min(crop.top, crop.left)).toBeGreaterThanOrEqual(0)
          expect(Math.min(crop.height, crop.width)).toBeGreaterThanOrEqual(1)
          expect(crop.top + crop.height).toBeLessThanOrEqual(h)
          expect(crop.left + crop.width).toBeLessThanOrEqual(w)
        },
      ),
    )
  })

  it('draws area and aspect as it says', () => {
    // Small areas, so that hardly a try is refused: the share of the area is uniform in (.05, .15), log aspect symmetric.
    const n = 4000
    let area = 0
    let logAspect = 0
    let centre = 0
    for (let i = 0; i < n; i++) {
      const crop = randomResizedCrop(1000, 1000, [0.05, 0.15], [0.5, 2], random(7, i))
      area += (crop.height * crop.width) / 1e6 / n
      logAspect += Math.log(crop.width / crop.height) / n
      centre += (crop.left + crop.width / 2) / 1000 / n
    }
    // Five standard errors: .0289/√n, ln 2/√3/√n and about .2/√n.
    expect(Math.abs(area - 0.1)).toBeLessThan((5 * 0.0289) / Math.sqrt(n))
    expect(Math.abs(logAspect)).toBeLessThan((5 * 0.4) / Math.sqrt(n))
    expect(Math.abs(centre - 0.5)).toBeLessThan((5 * 0.25) / Math.sqrt(n))
  })

  it('falls back to the largest centred crop of an allowed aspect', () => {
    expect(centredCrop(100, 400, [3 / 4, 4 / 3])).toEqual({ top: 0, left: 133, height: 100, width: 133 })
    expect(centredCrop(400, 100, [3 / 4, 4 / 3])).toEqual({ top: 133, left: 0, height: 133, width: 100 })
    expect(centredCrop(100, 110, [3 / 4, 4 / 3])).toEqual({ top: 0, left: 0, height: 100, width: 110 })
    // A strip in which no crop of .9 of the area has an allowed aspect.
    expect(randomResizedCrop(10, 1000, [0.9, 1], [3 / 4, 4 / 3], random(1))).toEqual(
      centredCrop(10, 1000, [3 / 4, 4 / 3]),
    )
  })
})
