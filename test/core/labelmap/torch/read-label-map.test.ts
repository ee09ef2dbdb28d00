import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RelabelError } from '../../../../core/base/error.ts'
import { readTorchLabelMap } from '../../../../core/labelmap/torch/read-label-map.ts'
import { sharedFile } from '../../../shared.ts'
import { dictPickle, harmfulPickle, legacyFile, zip, zipFile } from './build.ts'
import type { TensorSpec } from './build.ts'

const bad = expect.objectContaining({ code: 'bad-label-map' })
const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

/** [2, 2, 1, 3]: logits 9 8 7 / 6 5 4, ids 1 2 3 / 4 5 6. */
const numbers = [9, 8, 7, 6, 5, 4, 1, 2, 3, 4, 5, 6]
const plain: TensorSpec = {
  numel: 12,
  size: [2, 2, 1, 3],
  stride: [6, 3, 3, 1],
  raw: bytesOf(Float32Array.from(numbers)),
}

function expectNumbers(bytes: Uint8Array): void {
  const map = readTorchLabelMap(bytes)
  expect(map.shape).toEqual([2, 1, 3])
  expect(Array.from(map.logits)).toEqual([9, 8, 7, 6, 5, 4])
  expect(Array.from(map.ids)).toEqual([1, 2, 3, 4, 5, 6])
}

describe('readTorchLabelMap', () => {
  it('reads both containers', () => {
    expectNumbers(zipFile(plain))
    expectNumbers(legacyFile(plain))
  })

  it('reads a Buffer that lies anywhere in a larger one, as Node reads small files', () => {
    for (const legacy of [false, true]) {
      const bytes = legacy ? legacyFile(plain) : zipFile(plain)
      const pool = Buffer.alloc(bytes.length + 64, 0x5a)
      pool.set(bytes, 13)
      expectNumbers(pool.subarray(13, 13 + bytes.length))
    }
  })

  it('reads every floating-point type', () => {
    const bf16 = Uint16Array.from(numbers, n => new Uint32Array(Float32Array.of(n).buffer)[0]! >>> 16)
    const types: [string, Uint8Array][] = [
      ['HalfStorage', bytesOf(Float16Array.from(numbers))],
      ['DoubleStorage', bytesOf(Float64Array.from(numbers))],
      ['BFloat16Storage', bytesOf(bf16)],
    ]
    for (const [storage, raw] of types) {
      expectNumbers(zipFile({ ...plain, storage, raw }))
      expectNumbers(legacyFile({ ...plain, storage, raw }))
    }
  })

  it('follows strides and offsets', () => {
    // Stored as [3, 1, 2, 2] behind two numbers of padding, seen through a permutation.
    const stored = new Float32Array(14)
    for (let plane = 0; plane < 2; plane++)
      for (let k = 0; k < 2; k++)
        for (let x = 0; x < 3; x++) stored[2 + x * 4 + k * 2 + plane] = numbers[plane * 6 + k * 3 + x]!
    expectNumbers(
      zipFile({ numel: 14, size: [2, 2, 1, 3], stride: [1, 2, 4, 4], offset: 2, raw: bytesOf(stored) }),
    )
  })

  it('refuses files that would run code, and runs nothing', () => {
    for (const file of [
      zipFile({ ...plain, pickle: harmfulPickle }),
      legacyFile({ ...plain, pickle: harmfulPickle }),
    ])
      expect(() => readTorchLabelMap(file)).toThrow(/posix\.system/)
    expect(existsSync('relabel-was-here')).toBe(false)
  })

  it('refuses what is not one tensor of floating-point numbers [2, K, H, W]', () => {
    const specs: [TensorSpec, RegExp][] = [
      [{ ...plain, pickle: dictPickle }, /dict/],
      [{ ...plain, size: [12], stride: [1] }, /\[2, K, H, W\]/],
      [{ ...plain, size: [3, 2, 1, 2], stride: [4, 2, 2, 1] }, /\[2, K, H, W\]/],
      [{ ...plain, size: [2, 2, 1, 4], stride: [6, 3, 3, 1] }, /does not fit/],
      [{ ...plain, offset: 1 }, /does not fit/],
      [{ ...plain, offset: -1 }, /make no sense/],
      [{ ...plain, stride: [6, 3, 3, -1] }, /make no sense/],
      [{ ...plain, size: [2, 2, 0, 3] }, /at least 1/],
      [{ ...plain, size: [2, 2, 1, 100000], stride: [0, 0, 0, 0] }, /larger than/],
      [{ ...plain, storage: 'LongStorage' }, /LongStorage/],
      [{ ...plain, numel: 11 }, /.*/],
    ]
    for (const [spec, reason] of specs)
      for (const file of [zipFile(spec), legacyFile(spec)]) {
        expect(() => readTorchLabelMap(file)).toThrow(bad)
        expect(() => readTorchLabelMap(file)).toThrow(reason)
      }
    expect(() => readTorchLabelMap(legacyFile(plain, false))).toThrow(/big-endian/)
  })

  it('refuses numbers that are not a label map', () => {
    for (const [place, value] of [
      [0, NaN],
      [1, Infinity],
      [6, -1],
      [6, 0.5],
      [6, 2 ** 33],
      [6, 4],
    ] as const) {
      const changed = Float32Array.from(numbers)
      changed[place] = value
      expect(() => readTorchLabelMap(zipFile({ ...plain, raw: bytesOf(changed) }))).toThrow(bad)
    }
  })

  it('refuses zip files that torch does not write', () => {
    const entries = { 'map/data.pkl': dictPickle }
    for (const [file, reason] of [
      [zip(entries, { method: 8 }), /compressed/],
      [zip(entries, { crc: 1 }), /checksum/],
      [zip(entries, { flags: 1 }), /encrypted/],
      [zip({ 'map/other': dictPickle }), /no data\.pkl/],
      [zip({ 'a/data.pkl': dictPickle, 'b/data.pkl': dictPickle }), /not written by torch/],
      [new Uint8Array(0), /empty/],
      [new TextEncoder().encode('<html>'), /not written by torch/],
    ] as const)
      expect(() => readTorchLabelMap(file)).toThrow(reason)
  })

  it('answers every truncation with a clear error', () => {
    for (const file of [zipFile(plain), legacyFile(plain)])
      for (let length = 0; length < file.length; length++)
        expect(() => readTorchLabelMap(file.slice(0, length))).toThrow(bad)
  })

  it('answers any damage with a label map or a clear error', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(fc.boolean(), flips, (legacy, changes) => {
        const file = legacy ? legacyFile(plain) : zipFile(plain)
        for (const [at, value] of changes) file[at % file.length] = value
        try {
          const map = readTorchLabelMap(file)
          expect(map.logits.every(Number.isFinite)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(RelabelError)
          expect((error as RelabelError).code).toBe('bad-label-map')
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('answers any bytes behind the right beginning with a clear error', () => {
    const beginning = Buffer.from(legacyFile(plain)).subarray(0, 21)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), tail => {
        expect(() => readTorchLabelMap(Buffer.concat([beginning, tail]))).toThrow(bad)
      }),
      { numRuns: 500 },
    )
  })
})

const golden = sharedFile('golden/torch-label-maps/expected.json')
const read = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(sharedFile(`golden/torch-label-maps/${name}`)!))

describe.skipIf(!golden)('files that torch wrote', () => {
  it('are read exactly (values are printed with 7 digits)', () => {
    const { files } = JSON.parse(readFileSync(golden!, 'utf8')) as {
      files: { file: string; shape: number[]; values: number[]; ids: number[] }[]
    }
    expect(files.length).toBeGreaterThan(3)
    for (const { file, shape, values, ids } of files) {
      const map = readTorchLabelMap(read(file))
      expect([2, ...map.shape]).toEqual(shape)
      expect(Array.from(map.ids)).toEqual(ids)
      values.forEach((value, i) =>
        expect(Math.abs(map.logits[i]! - value)).toBeLessThanOrEqual(1e-6 * Math.abs(value) + 1e-7),
      )
    }
  })

  it('are refused if they are not label maps', () => {
    for (const file of ['not-a-label-map.pt', 'truncated.pt', 'runs-code.pt', 'runs-code-legacy.pt'])
      expect(() => readTorchLabelMap(read(file))).toThrow(bad)
    expect(existsSync('relabel-was-here')).toBe(false)
  })
})
