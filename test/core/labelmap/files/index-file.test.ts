import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32 } from 'node:zlib'
import { RelabelError } from '../../../../core/base/error.ts'
import { decodeIndex, encodeIndex } from '../../../../core/labelmap/files/index-file.ts'

const places = [
  { key: 'train/a/1.jpg', shard: 0, offset: 16, bytes: 100 },
  { key: 'train/a/10.jpg', shard: 0, offset: 116, bytes: 50 },
  { key: 'val/é.jpg', shard: 1, offset: 16, bytes: 2 ** 21 },
]
const shards = [
  { number: 0, size: 166 },
  { number: 1, size: 2 ** 21 + 16 },
]

describe('the index', () => {
  it('gives back what it was made of', () => {
    expect(decodeIndex(encodeIndex({ shards, places }))).toEqual({ shards, places })
    const keys = fc.uniqueArray(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter(key => key.isWellFormed()),
      { maxLength: 50 },
    )
    fc.assert(
      fc.property(keys, names => {
        const own = names.map((key, i) => ({ key, shard: 1, offset: 16 + i, bytes: 1 + i }))
        expect(decodeIndex(encodeIndex({ shards, places: own })).places).toEqual(own)
      }),
    )
  })

  it('refuses damage, forged or not', () => {
    const whole = encodeIndex({ shards, places })
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, change, forge) => {
        const bytes = Buffer.from(whole)
        bytes[at % bytes.length]! ^= change
        if (forge) bytes.writeUInt32LE(crc32(bytes.subarray(16)), 12)
        try {
          decodeIndex(bytes)
          expect(forge || [10, 11].includes(at % bytes.length)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(RelabelError)
        }
      }),
      { numRuns: 1000 },
    )
    const outside = encodeIndex({ shards, places: [{ key: 'a', shard: 0, offset: 100, bytes: 67 }] })
    expect(() => decodeIndex(outside)).toThrow(/outside its shard/)
  })
})
