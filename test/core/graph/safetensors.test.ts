import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RelabelError } from '../../../core/base/error.ts'
import { decodeSafetensors, encodeSafetensors } from '../../../core/graph/safetensors.ts'
import type { FloatArray } from '../../../core/graph/tensor.ts'

/** A file from a header's text and hexadecimal data. */
function file(header: string, data = '', claimed = Buffer.byteLength(header)): Uint8Array {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(claimed))
  return Buffer.concat([length, Buffer.from(header), Buffer.from(data, 'hex')])
}

const name = fc.string({ unit: 'binary', maxLength: 12 }).filter(text => text !== '__metadata__')
const tensor: fc.Arbitrary<FloatArray> = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
  .chain(shape => {
    const length = shape.reduce((a, b) => a * b, 1)
    return fc
      .float32Array({ minLength: length, maxLength: length })
      .map(data => ({ shape, data: Float32Array.from(data) }))
  })
const tensors = fc.array(fc.tuple(name, tensor), { maxLength: 6 }).map(entries => new Map(entries))
// Lone surrogates are no Unicode text: UTF-8 replaces them, so they are not expected back.
const wellFormed = (text: string): boolean => text.isWellFormed()
const metadata = fc.dictionary(
  fc.string({ unit: 'grapheme', maxLength: 8 }).filter(key => key !== '__proto__'),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
)

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return error instanceof RelabelError ? error.code : String(error)
  }
  return 'nothing thrown'
}

describe('a file written by hand after the format description', () => {
  const header = '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"format":"pt"}}'

  it('is read', () => {
    const { tensors, metadata } = decodeSafetensors(file(header, '0000803f000000c0'))
    expect(tensors).toEqual(new Map([['w', { shape: [2], data: Float32Array.of(1, -2) }]]))
    expect(metadata).toEqual({ format: 'pt' })
  })

  it('is read from an odd offset in a larger buffer, and with trailing spaces in the header', () => {
    const whole = Buffer.concat([Buffer.alloc(3), file(`${header}   `, '0000803f000000c0')])
    expect(decodeSafetensors(whole.subarray(3)).tensors.get('w')?.data).toEqual(Float32Array.of(1, -2))
  })

  it('converts F16, BF16 and F64 exactly', () => {
    const entry = (dtype: string, start: number, end: number) =>
      `{"dtype":"${dtype}","shape":[1,2],"data_offsets":[${start},${end}]}`
    const text = `{"h":${entry('F16', 0, 4)},"b":${entry('BF16', 4, 8)},"d":${entry('F64', 8, 24)}}`
    const data = '003c00c1' + 'c03f20c1' + '000000000000f03f' + '00000000000004c0'
    const { tensors } = decodeSafetensors(file(text, data))
    expect(tensors.get('h')).toEqual({ shape: [1, 2], data: Float32Array.of(1, -2.5) })
    expect(tensors.get('b')).toEqual({ shape: [1, 2], data: Float32Array.of(1.5, -10) })
    expect(tensors.get('d')).toEqual({ shape: [1, 2], data: Float32Array.of(1, -2.5) })
  })

  it('is what the writer writes, byte for byte', () => {
    const written = encodeSafetensors(new Map([['w', { shape: [2], data: Float32Array.of(1, -2) }]]), {
      format: 'pt',
    })
    const text = '{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    expect(Buffer.from(written)).toEqual(Buffer.from(file(text.padEnd(88), '0000803f000000c0')))
  })
})

describe('round trip', () => {
  it('gives back every tensor to the bit, and the metadata', () => {
    fc.assert(
      fc.property(tensors, metadata, (given, texts) => {
        fc.pre([...given.keys()].every(wellFormed))
        const bytes = encodeSafetensors(given, texts)
        const read = decodeSafetensors(bytes)
        expect([...read.tensors.keys()].sort()).toEqual([...given.keys()].sort())
        for (const [key, { shape, data }] of given) {
          expect(read.tensors.get(key)?.shape).toEqual(shape)
          expect(Buffer.from(read.tensors.get(key)!.data.slice().buffer)).toEqual(
            Buffer.from(data.slice().buffer),
          )
        }
        expect({ ...read.metadata }).toEqual({ ...texts })
        const header = Number(new DataView(bytes.buffer).getBigUint64(0, true))
        expect(header % 8).toBe(0)
      }),
    )
  })

  it('refuses to write what cannot be read', () => {
    const data = Float32Array.of(1)
    expect(codeOf(() => encodeSafetensors(new Map([['__metadata__', { shape: [1], data }]])))).toBe('usage')
    expect(codeOf(() => encodeSafetensors(new Map([['w', { shape: [2], data }]])))).toBe('usage')
  })
})

describe('hostile input', () => {
  const entry = (shape: string, offsets: string, dtype = '"F32"') =>
    `{"w":{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}}`
  const cases: [string, Uint8Array, RegExp][] = [
    ['nothing', new Uint8Array(0), /too few/],
    ['a header of 2^63 bytes', file('{}', '', 2 ** 62), /over the limit/],
    ['a header over 100 MB', file('{}', '', 100_000_001), /over the limit/],
    ['a header beyond the end', file('{}', '', 3), /ends after/],
    ['no JSON', file('{"w":'), /not JSON/],
    ['no UTF-8', Buffer.concat([file('', '', 2), Buffer.from([0xff, 0xfe])]), /not JSON/],
    ['deep nesting', file('['.repeat(100_000)), /not JSON/],
    ['an array', file('[]'), /not a JSON object/],
    ['null', file('null'), /not a JSON object/],
    ['an entry that is not an object', file('{"w":3}'), /right form/],
    ['an unknown element type', file(entry('[1]', '[0,4]', '"I32"'), '00000000'), /I32/],
    ['an inherited name as type', file(entry('[1]', '[0,4]', '"toString"'), '00000000'), /toString/],
    ['a negative size', file(entry('[-1]', '[0,4]'), '00000000'), /no valid shape/],
    ['a fractional size', file(entry('[0.5,2]', '[0,4]'), '00000000'), /no valid shape/],
    ['sizes that overflow', file(entry('[9007199254740991,9007199254740991]', '[0,4]'), '00000000'), /takes/],
    ['a rank of 33', file(entry(`[${'1,'.repeat(32)}1]`, '[0,4]'), '00000000'), /no valid shape/],
    ['three offsets', file(entry('[1]', '[0,4,8]'), '00000000'), /no valid offsets/],
    ['offsets in reverse', file(entry('[1]', '[4,0]'), '00000000'), /lies in/],
    ['a tensor beyond the end', file(entry('[2]', '[0,8]'), '00000000'), /follow the header/],
    ['bytes that no tensor owns', file(entry('[1]', '[0,4]'), '0000000000'), /follow the header/],
    ['a gap', file(entry('[1]', '[4,8]'), '0000000000000000'), /expected/],
    [
      'an overlap',
      file(
        '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        '0000000000000000',
      ),
      /expected/,
    ],
    ['metadata that is not text', file('{"__metadata__":{"a":1}}'), /not a string/],
    ['metadata that is not an object', file('{"__metadata__":[]}'), /metadata/],
  ]

  it.each(cases)('%s is bad-data with the reason and the name', (_, bytes, reason) => {
    const read = () => decodeSafetensors(bytes, 'backbone.safetensors')
    expect(codeOf(read)).toBe('bad-data')
    expect(read).toThrow(reason)
    expect(read).toThrow('backbone.safetensors')
  })

  it('every truncation of a file is bad-data', () => {
    const given = new Map([
      ['conv.weight', { shape: [2, 1], data: Float32Array.of(1, 2) }],
      ['conv.bias', { shape: [1], data: Float32Array.of(3) }],
    ])
    const bytes = encodeSafetensors(given, { classes: '["a"]' })
    for (let end = 0; end < bytes.length; end++)
      expect(codeOf(() => decodeSafetensors(bytes.subarray(0, end)))).toBe('bad-data')
  })

  it('changed bytes give a file or bad-data, never another error', () => {
    const bytes = encodeSafetensors(new Map([['w', { shape: [3], data: Float32Array.of(1, 2, 3) }]]), {
      a: 'b',
    })
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const changed = bytes.slice()
        changed[at] = value
        expect(['bad-data', 'nothing thrown']).toContain(codeOf(() => decodeSafetensors(changed)))
      }),
      { numRuns: 500 },
    )
  })
})
