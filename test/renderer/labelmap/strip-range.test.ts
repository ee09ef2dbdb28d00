import { describe, expect, it } from 'vitest'
import { stripMove, stripRange } from '../../../renderer/labelmap/strip-range.ts'

describe('the film strip', () => {
  it('shows the images around one, and whole at both ends of the list', () => {
    expect(stripRange(50, 100, 9)).toEqual({ first: 46, end: 55 })
    expect(stripRange(0, 100, 9)).toEqual({ first: 0, end: 9 })
    expect(stripRange(99, 100, 9)).toEqual({ first: 91, end: 100 })
    expect(stripRange(1_299_999, 1_300_000, 4)).toEqual({ first: 1_299_996, end: 1_300_000 })
    expect(stripRange(1, 3, 9)).toEqual({ first: 0, end: 3 })
    expect(stripRange(0, 0, 9)).toEqual({ first: 0, end: 0 })
  })

  it('is walked by keys, not beyond its ends', () => {
    expect(stripMove('ArrowRight', 4, 10, 5)).toBe(5)
    expect(stripMove('ArrowLeft', 0, 10, 5)).toBe(0)
    expect(stripMove('PageDown', 8, 10, 5)).toBe(9)
    expect(stripMove('Home', 8, 10, 5)).toBe(0)
    expect(stripMove('End', 0, 10, 5)).toBe(9)
    expect(stripMove('x', 4, 10, 5)).toBeUndefined()
    expect(stripMove('End', 0, 0, 5)).toBeUndefined()
  })
})
