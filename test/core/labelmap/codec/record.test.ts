import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RelabelError } from '../../../../core/base/error.ts'
import { zstd } from '../../../../core/labelmap/files/zstd.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import { decodeLabelMap, encodeLabelMap } from '../../../../core/labelmap/codec/record.ts'
import type { Compression } from '../../../../core/labelmap/codec/record.ts'
import { randomMap } from '../../pooling/maps.ts'

/** Compresses nothing: the codec must not rely on zstd. */
const none: Compression = { compress: bytes => bytes, decompress: bytes => bytes }

/** Any map that keeps its promises: any order of logits, any ids up to 32 bits, distinct in a cell. */
const maps = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .chain(([K, H, W]) =>
    fc.record({
      shape: fc.constant([K, H, W] as [number, number, number]),
      cells: fc.array(
        fc.uniqueArray(fc.oneof(fc.nat(12), fc.nat(1000), fc.nat(0xffffffff)), {
          minLength: K,
          maxLength: K,
        }),
        { minLength: H * W, maxLength: H * W },
      ),
      logits: fc.array(fc.float({ min: -65504, max: 65504, noNaN: true }), {
        minLength: K * H * W,
        maxLength: K * H * W,
      }),
      sorted: fc.boolean(),
    }),
  )
  .map(({ shape, cells, logits, sorted }): LabelMap => {
    const [K, H, W] = shape
    const size = K * H * W
    const map: LabelMap = { shape, ids: new Uint32Array(size), logits: Float32Array.from(logits) }
    cells.forEach((ids, cell) => {
      const own = Array.from({ length: K }, (_, k) => map.logits[k * H * W + cell]!)
      if (sorted) own.sort((a, b) => b - a)
      for (let k = 0; k < K; k++) {
        map.ids[k * H * W + cell] = ids[k]!
        map.logits[k * H * W + cell] = own[k]!
      }
    })
    return map
  })

describe('the codec of label maps', () => {
  it('gives back every valid map, logits exact to half precision', () => {
    fc.assert(
      fc.property(maps, fc.constantFrom(none, zstd), (map, compression) => {
        const back = decodeLabelMap(encodeLabelMap(map, 'fp16', compression), compression)
        expect(back.shape).toEqual(map.shape)
        expect(Array.from(back.ids)).toEqual(Array.from(map.ids))
        map.logits.forEach((z, i) => expect(Object.is(back.logits[i], Math.f16round(z))).toBe(true))
      }),
      { numRuns: 300 },
    )
  })

  it('keeps 8-bit logits within half a step of the map’s range (and float32’s rounding)', () => {
    fc.assert(
      fc.property(maps, map => {
        const back = decodeLabelMap(encodeLabelMap(map, 'u8', zstd), zstd)
        expect(Array.from(back.ids)).toEqual(Array.from(map.ids))
        const largest = Math.max(...map.logits.map(Math.abs))
        const half = (Math.max(...map.logits) - Math.min(...map.logits)) / 510
        map.logits.forEach((z, i) =>
          expect(Math.abs(back.logits[i]! - z)).toBeLessThanOrEqual(
            half * 1.001 + largest * 2 ** -22 + 1e-37,
          ),
        )
      }),
      { numRuns: 200 },
    )
  })

  it('needs few bytes where neighbours list the same classes', () => {
    const map = randomMap(3, 5, [5, 15, 15])
    map.logits.forEach((z, i) => (map.logits[i] = 12 + z / 4))
    // Five classes in random order: log2(5!) < 7 bits per cell. Logits of 8 to 16 have 1024 levels: at most 10 bits each.
    const bits = 225 * 7 + 1125 * 10
    expect(encodeLabelMap(map, 'fp16', zstd).length).toBeLessThan(bits / 8 + 100)
  })

  it('keeps class ids in as many bits as they need', () => {
    const map: LabelMap = { shape: [1, 1, 1], ids: Uint32Array.of(0xffffffff), logits: Float32Array.of(-0) }
    const back = decodeLabelMap(encodeLabelMap(map, 'fp16', zstd), zstd)
    expect(back.ids).toEqual(Uint32Array.of(0xffffffff))
    expect(Object.is(back.logits[0], -0)).toBe(true)
  })

  it('refuses maps that break their promises', () => {
    const bad = expect.objectContaining({ code: 'bad-label-map' })
    const one = (ids: number[], logits: number[], shape: [number, number, number]): LabelMap => ({
      shape,
      ids: Uint16Array.from(ids),
      logits: Float32Array.from(logits),
    })
    expect(() => encodeLabelMap(one([1, 1], [2, 1], [2, 1, 1]), 'fp16', zstd)).toThrow(bad)
    expect(() => encodeLabelMap(one([1, 2], [NaN, 1], [2, 1, 1]), 'u8', zstd)).toThrow(bad)
    expect(() => encodeLabelMap(one([1], [65520], [1, 1, 1]), 'fp16', zstd)).toThrow(/8-bit/)
    expect(() => encodeLabelMap(one([1], [1], [1, 1, 2]), 'fp16', zstd)).toThrow(bad)
    expect(() => encodeLabelMap(one([], [], [0, 1, 1]), 'fp16', zstd)).toThrow(bad)
  })

  it('answers any bytes with a map or a clear error, also without the checksum around it', () => {
    const whole = encodeLabelMap(randomMap(1, 50, [3, 6, 6]), 'fp16', zstd)
    const small = encodeLabelMap(randomMap(2, 9, [2, 2, 2]), 'u8', none)
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 })
    fc.assert(
      fc.property(fc.boolean(), damage, fc.nat(), (first, changes, cut) => {
        const bytes = Uint8Array.from(first ? whole : small)
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        try {
          const map = decodeLabelMap(cut % 3 ? bytes : bytes.subarray(0, cut % bytes.length), zstd)
          expect(map.logits.every(Number.isFinite)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(RelabelError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('refuses a range of logits that leaves float32', () => {
    const bytes = encodeLabelMap(randomMap(2, 9, [2, 2, 2]), 'u8', none)
    // Wherever the range's two numbers are, 3e38 in place of one is finite itself and its sums are not.
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const places = Array.from({ length: bytes.length - 3 }, (_, at) => at)
    const leaked = places.filter(at => {
      const kept = view.getUint32(at, true)
      view.setFloat32(at, 3e38, true)
      try {
        return !decodeLabelMap(bytes, zstd).logits.every(Number.isFinite)
      } catch (error) {
        expect(error).toBeInstanceOf(RelabelError)
        return false
      } finally {
        view.setUint32(at, kept, true)
      }
    })
    expect(leaked).toEqual([])
  })
})
