import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bitReader, bitWriter } from '../../../../core/labelmap/codec/bits.ts'
import { orderHalf, unorderHalf } from '../../../../core/labelmap/codec/code-logits.ts'
import {
  largestToken,
  putToken,
  takeToken,
  unzigzag,
  zigzag,
} from '../../../../core/labelmap/codec/tokens.ts'

describe('tokens and bits', () => {
  it('give back every value that levels and positions can have', () => {
    const values = Array.from({ length: 2 ** 17 + 7 }, (_, i) => i)
    const bits = bitWriter()
    const tokens = values.map(value => putToken(value, bits))
    expect(Math.max(...tokens.slice(0, 1000), tokens.at(-1)!)).toBeLessThanOrEqual(largestToken)
    const reader = bitReader(bits.finish())
    for (const value of values)
      if (takeToken(tokens[value]!, reader) !== value) throw new Error(`lost ${value}`)
  })

  it('pack numbers of any width up to 32 bits', () => {
    const pairs = fc.integer({ min: 0, max: 32 }).chain(width =>
      fc.record({
        width: fc.constant(width),
        value: fc.integer({ min: 0, max: 2 ** width - 1 }),
      }),
    )
    fc.assert(
      fc.property(fc.array(pairs), items => {
        const writer = bitWriter(1)
        for (const { value, width } of items) writer.write(value, width)
        const bytes = writer.finish()
        expect(bytes.length).toBe(Math.ceil(items.reduce((sum, { width }) => sum + width, 0) / 8))
        const reader = bitReader(bytes)
        for (const { value, width } of items) expect(reader.read(width)).toBe(value)
        expect(() => reader.read(8)).toThrow(expect.objectContaining({ code: 'bad-label-map' }))
      }),
    )
  })

  it('fold signs away and keep half precision in order', () => {
    expect([0, -1, 1, -2, 2].map(zigzag)).toEqual([0, 1, 2, 3, 4])
    for (let i = 0; i < 65536; i++) {
      if (unorderHalf(orderHalf(i)) !== i) throw new Error(`lost ${i}`)
      if (unzigzag(zigzag(i - 32768)) !== i - 32768) throw new Error(`lost ${i - 32768}`)
    }
    const order = (value: number): number => orderHalf(new Uint16Array(Float16Array.of(value).buffer)[0]!)
    const rising = [-65504, -1, -(2 ** -24), -0, 0, 2 ** -24, 1, 14, 65504].map(order)
    expect(rising).toEqual([...rising].sort((a, b) => a - b))
    expect(order(14)).toBe(51968)
  })
})
