/** Arithmetic on symbolic dimensions agrees with arithmetic on any numbers put for the symbols. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Dim } from '../../../../core/graph/model.ts'
import { broadcastShapes, ceilDiv, divDim, mulDim } from '../../../../core/graph/shape/dim.ts'

const size = fc.integer({ min: 1, max: 50 })
const dim: fc.Arbitrary<Dim> = fc.oneof(size, fc.constantFrom('n', 'h', '3*n', 'h*n'))

/** The number that a dimension stands for. */
function valueOf(of: Dim, symbols: Record<string, number>): number {
  if (of === null) throw new Error('unknown')
  if (typeof of === 'number') return of
  const ceil = /^ceil\((\w+)\/(\d+)\)$/.exec(of)
  if (ceil) return Math.ceil(symbols[ceil[1]!]! / Number(ceil[2]))
  return of.split('*').reduce((product, part) => product * (symbols[part] ?? Number(part)), 1)
}

describe('products', () => {
  it('mean what the numbers would', () => {
    fc.assert(
      fc.property(dim, dim, size, size, (a, b, n, h) => {
        const product = mulDim(a, b)
        expect(valueOf(product, { n, h })).toBe(valueOf(a, { n, h }) * valueOf(b, { n, h }))
        expect(valueOf(divDim(product, b), { n, h })).toBe(valueOf(a, { n, h }))
      }),
    )
  })

  it('are never divided inexactly', () => {
    expect(divDim(7, 2)).toBeNull()
    expect(divDim('3*n', 2)).toBeNull()
    expect(divDim('n', 'h')).toBeNull()
    expect(divDim('n', 0)).toBeNull()
  })
})

describe('quotients', () => {
  it('of quotients are merged as the numbers would be', () => {
    const strides = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 })
    fc.assert(
      fc.property(strides, fc.integer({ min: 1, max: 5000 }), (steps, h) => {
        const symbolic = steps.reduce<Dim>(ceilDiv, 'h')
        expect(valueOf(symbolic, { h })).toBe(steps.reduce((x, step) => Math.ceil(x / step), h))
      }),
    )
  })
})

describe('broadcasting', () => {
  it('aligns shapes at their ends and keeps what is certain', () => {
    expect(
      broadcastShapes([
        ['n', 6, 1, 1],
        [4, 5],
      ]),
    ).toEqual(['n', 6, 4, 5])
    expect(broadcastShapes([[null, 3], [1]])).toEqual([null, 3])
    expect(
      broadcastShapes([
        ['n', 3],
        [null, 1],
      ]),
    ).toEqual([null, 3])
    expect(broadcastShapes([])).toEqual([])
  })
})
