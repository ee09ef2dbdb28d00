/** The ONNX reader on bad bytes: one clear error, never a crash, a hang or a flood of memory. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RelabelError } from '../../../../core/base/error.ts'
import { floatValue, modelOf, node } from '../../../../core/graph/node.ts'
import { decodeModel } from '../../../../core/graph/onnx/decode.ts'
import { encodeModel } from '../../../../core/graph/onnx/encode.ts'
import { floatTensor, intTensor } from '../../../../core/graph/tensor.ts'

const sample = encodeModel(
  modelOf({
    name: 'g',
    nodes: [
      node('Conv', ['x', 'w'], ['c'], { pads: [1, 1, 1, 1] }),
      node('Constant', [], ['s'], { value: { type: 'tensor', value: intTensor([0, -1]) } }),
      node('Reshape', ['c', 's'], ['y']),
    ],
    inputs: [floatValue('x', ['n', 3, 'h', 8])],
    outputs: [floatValue('y', ['n', null])],
    values: [floatValue('c', ['n', 2, 'h', 8])],
    initializers: new Map([['w', floatTensor(new Float32Array(54), [2, 3, 3, 3])]]),
  }),
)

/** The model, or the project's own error; anything else is a failure. */
function tryDecode(bytes: Uint8Array): RelabelError | undefined {
  try {
    decodeModel(bytes, 'x.onnx')
    return undefined
  } catch (error) {
    if (!(error instanceof RelabelError)) throw error
    expect(error.code).toBe('bad-model')
    expect(error.message).toMatch(/^x\.onnx is (empty|truncated|not an ONNX model)/)
    return error
  }
}

/** A model whose graph holds what `build` writes. */
function modelWithGraph(build: (writer: BinaryWriter) => void): Uint8Array {
  const w = new BinaryWriter().tag(1, WireType.Varint).int64(8)
  w.tag(8, WireType.LengthDelimited).fork().tag(2, WireType.Varint).int64(17).join()
  w.tag(7, WireType.LengthDelimited).fork()
  build(w)
  return w.join().finish()
}
function modelWithTensor(build: (writer: BinaryWriter) => void): Uint8Array {
  return modelWithGraph(w => {
    w.tag(5, WireType.LengthDelimited).fork()
    build(w)
    w.join()
  })
}

describe('bad bytes', () => {
  it('every truncation is refused, and called one', () => {
    for (let length = 2; length < sample.length; length++)
      expect(tryDecode(sample.subarray(0, length))?.message).toMatch(/truncated/)
  })

  it('bit flips give a model or the project’s error', () => {
    const flips = fc.array(fc.nat(sample.length * 8 - 1), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(flips, bits => {
        const bytes = sample.slice()
        for (const bit of bits) bytes[bit >> 3]! ^= 1 << (bit & 7)
        tryDecode(bytes)
      }),
      { numRuns: 5000 },
    )
  })

  it('random bytes give the project’s error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        expect(tryDecode(bytes)).toBeDefined()
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['a JPEG', [0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46]],
    ['a zip (or .pt)', [0x50, 0x4b, 3, 4, 20, 0, 0, 0]],
    ['text', [...'<!DOCTYPE html><html>'].map(c => c.charCodeAt(0))],
    ['zeros', new Array<number>(64).fill(0)],
  ])('%s is not an ONNX model', (_, bytes) => {
    expect(tryDecode(Uint8Array.from(bytes))?.message).toMatch(/not an ONNX model/)
  })

  it('an empty file is called so', () => {
    expect(tryDecode(new Uint8Array(0))?.message).toBe('x.onnx is empty')
  })
})

describe('hostile claims', () => {
  it('a tensor of 2^40 elements without data costs nothing', () => {
    const bytes = modelWithTensor(w => {
      w.tag(1, WireType.Varint)
        .int64(2 ** 40)
        .tag(2, WireType.Varint)
        .int32(1)
    })
    expect(tryDecode(bytes)?.message).toMatch(/has no data/)
  })

  it.each([
    ['negative dimensions', [-4]],
    ['dimensions beyond 2^53', [2 ** 40, 2 ** 40]],
    ['far too many dimensions', new Array<number>(100).fill(1)],
  ])('%s are refused', (_, dims) => {
    const bytes = modelWithTensor(w => {
      for (const dim of dims) w.tag(1, WireType.Varint).int64(dim)
      w.tag(2, WireType.Varint).int32(1).tag(9, WireType.LengthDelimited).bytes(new Uint8Array(4))
    })
    expect(tryDecode(bytes)?.message).toMatch(/dimension/)
  })

  it('more or fewer elements than the shape says are refused', () => {
    for (const count of [1, 3])
      expect(
        tryDecode(
          modelWithTensor(w => {
            w.tag(1, WireType.Varint).int64(2).tag(2, WireType.Varint).int32(1)
            w.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(4 * count))
          }),
        )?.message,
      ).toMatch(/bytes instead of 8/)
  })

  it('graphs nested without end are refused', () => {
    let graph: Uint8Array = new Uint8Array(0)
    for (let depth = 0; depth < 100; depth++) {
      const w = new BinaryWriter().tag(1, WireType.LengthDelimited).fork()
      w.tag(4, WireType.LengthDelimited).string('If').tag(5, WireType.LengthDelimited).fork()
      w.tag(1, WireType.LengthDelimited).string('b').tag(6, WireType.LengthDelimited).bytes(graph)
      graph = w.join().join().finish()
    }
    expect(tryDecode(modelWithGraph(w => w.raw(graph)))?.message).toMatch(/nested/)
  })

  it('an unloaded file reference inside a subgraph is refused', () => {
    const bytes = modelWithGraph(w => {
      w.tag(1, WireType.LengthDelimited).fork().tag(4, WireType.LengthDelimited).string('If')
      w.tag(5, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string('b')
      w.tag(6, WireType.LengthDelimited).fork().tag(5, WireType.LengthDelimited).fork()
      w.tag(1, WireType.Varint).int64(1).tag(2, WireType.Varint).int32(1).tag(14, WireType.Varint).int32(1)
      w.tag(13, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string('location')
      w.tag(2, WireType.LengthDelimited).string('/etc/passwd').join().join().join().join().join()
    })
    expect(tryDecode(bytes)?.message).toMatch(/external file/)
  })

  it('an endless name is refused', () => {
    const bytes = modelWithGraph(w => w.tag(2, WireType.LengthDelimited).string('n'.repeat(100_000)))
    expect(tryDecode(bytes)?.message).toMatch(/a name of 100000 bytes/)
  })

  it('attributes named like object internals stay attributes', () => {
    const model = modelOf({
      name: '',
      nodes: [node('Relu', ['x'], ['y'])],
      inputs: [],
      outputs: [],
      values: [],
      initializers: new Map(),
    })
    model.graph.nodes[0]!.attributes = Object.fromEntries([['__proto__', { type: 'int' as const, value: 1 }]])
    const back = decodeModel(encodeModel(model)).graph.nodes[0]!.attributes
    expect(Object.keys(back)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
  })
})
