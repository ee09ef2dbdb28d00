import { describe, expect, it } from 'vitest'
import { checkShape, validateLabelMap } from '../../../core/labelmap/validate.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'

const bad = expect.objectContaining({ code: 'bad-label-map' })
const mapOf = (shape: [number, number, number], ids: number[], logits: number[]): LabelMap => ({
  shape,
  ids: Uint32Array.from(ids),
  logits: Float32Array.from(logits),
})

describe('validateLabelMap', () => {
  it('accepts what keeps its promises', () => {
    validateLabelMap(mapOf([2, 1, 2], [1, 1, 2, 0], [3, 3, 1, 1]), { classes: 3 })
  })

  it('names the map, the place and the reason', () => {
    expect(() => validateLabelMap(mapOf([1, 2, 2], [0, 0, 0, 0], [1, 1, 1, NaN]), { name: 'a.jpg' })).toThrow(
      /a\.jpg has the logit NaN at k 0, row 1, column 1/,
    )
    expect(() => validateLabelMap(mapOf([1, 1, 1], [3], [1]), { classes: 3 })).toThrow(
      /class 3 where there are 3/,
    )
    expect(() => validateLabelMap(mapOf([2, 1, 2], [1, 5, 2, 5], [3, 3, 1, 1]))).toThrow(
      /twice at row 0, column 1/,
    )
  })

  it('finds repeated classes in deep cells too', () => {
    const ids = Array.from({ length: 100 }, (_, i) => i)
    const map = mapOf([100, 1, 1], ids, ids)
    validateLabelMap(map)
    map.ids[99] = 3
    expect(() => validateLabelMap(map)).toThrow(bad)
  })

  it('refuses shapes that are not [K, H, W] or too large', () => {
    for (const [shape, entries] of [
      [[1, 1], 1],
      [[1, 1, 0], 0],
      [[1, 1, 1.5], 1],
      [[1, 2, 2], 3],
      [[1, 5000, 1], 5000],
      [[4096, 4096, 4096], 2 ** 36],
    ] as const)
      expect(() => checkShape(shape, entries)).toThrow(bad)
  })
})
