import { describe, expect, it } from 'vitest'
import { classMapOf, identityClassMap } from '../../../core/labelmap/class-map.ts'

describe('classMapOf', () => {
  it('counts what is matched and what is not', () => {
    const map = classMapOf([2, -1, 2, 0], 4)
    expect(map).toMatchObject({ matched: 3, unmatched: [1], missing: [1, 3], identity: false })
    expect(Array.from(map.members)).toEqual([1, 0, 2, 0])
  })

  it('knows the identity', () => {
    expect(identityClassMap(3).identity).toBe(true)
    expect(classMapOf([0, 1, 2], 4).identity).toBe(false)
    expect(classMapOf([1, 0], 2).identity).toBe(false)
  })

  it('refuses entries that are not a project class', () => {
    const mismatch = expect.objectContaining({ code: 'mismatch' })
    for (const [target, classes] of [
      [[3], 3],
      [[-2], 3],
      [[0.5], 3],
      [[0], 0],
    ] as const)
      expect(() => classMapOf(target, classes)).toThrow(mismatch)
  })
})
