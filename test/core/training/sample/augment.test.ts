/** Colour augmentation against hand-computed values. */
import { describe, expect, it } from 'vitest'
import { random } from '../../../../core/base/random.ts'
import {
  brightness,
  colour,
  contrast,
  lighting,
  saturation,
} from '../../../../core/training/sample/augment.ts'

/** Two pixels: (.2, .4, .6) and (1, 0, .5), as planes. */
const picture = (): Float32Array => Float32Array.of(0.2, 1, 0.4, 0, 0.6, 0.5)
const greys = [0.2989 * 0.2 + 0.587 * 0.4 + 0.114 * 0.6, 0.2989 + 0.114 * 0.5] as const
const close = (got: Float32Array, expected: number[]): void =>
  expected.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 6))

describe('colour', () => {
  it('brightness multiplies and clamps', () => {
    const data = picture()
    brightness(data, 0, 2, 1.5)
    close(data, [0.3, 1, 0.6, 0, 0.9, 0.75])
  })

  it('contrast blends with the mean grey', () => {
    const data = picture()
    contrast(data, 0, 2, 0.5)
    const mean = (greys[0] + greys[1]) / 2
    close(
      data,
      [0.2, 1, 0.4, 0, 0.6, 0.5].map(v => 0.5 * v + 0.5 * mean),
    )
  })

  it('saturation blends with the own grey; factor 0 gives grey', () => {
    const data = picture()
    saturation(data, 0, 2, 0)
    close(data, [greys[0], greys[1], greys[0], greys[1], greys[0], greys[1]])
  })

  it('lighting shifts channels along the principal components', () => {
    const data = picture()
    lighting(data, 0, 2, [1, 0, 0])
    close(data, [0.2 - 0.5675 * 0.2175, 1 - 0.5675 * 0.2175, 0.4 - 0.5808 * 0.2175])
  })

  it('does nothing at strength 0 and repeats for a seed', () => {
    const none = picture()
    colour(none, 0, 2, { brightness: 0, contrast: 0, saturation: 0, lighting: 0 }, random(1))
    close(none, [...picture()])
    const strong = { brightness: 0.4, contrast: 0.4, saturation: 0.4, lighting: 0.1 }
    const runs = [1, 1, 2].map(seed => {
      const data = picture()
      colour(data, 0, 2, strong, random(seed))
      return [...data]
    })
    expect(runs[0]).toEqual(runs[1])
    expect(runs[0]).not.toEqual(runs[2])
  })
})
