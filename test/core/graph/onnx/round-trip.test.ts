/** The ONNX reader and writer: what goes in comes out, whatever the encoding of its tensors. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import fc from 'fast-check'
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { readOnnx } from '../../../../core/graph/files/read.ts'
import type { Attribute, DataType, Dim, OnnxModel, Tensor, ValueInfo } from '../../../../core/graph/model.ts'
import { floatValue, modelOf, node } from '../../../../core/graph/node.ts'
import { decodeModel } from '../../../../core/graph/onnx/decode.ts'
import { encodeModel, encodeParts } from '../../../../core/graph/onnx/encode.ts'
import { elements, floatTensor, toFloat32, toNumbers } from '../../../../core/graph/tensor.ts'
import { sharedFile } from '../../../shared.ts'

const name = fc.string({ unit: 'grapheme', maxLength: 12 })
const float32 = fc.float({ noNaN: true })
const integer = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(2 ** 63, -(2 ** 63)))
const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })

const tensor: fc.Arbitrary<Tensor> = fc
  .tuple(
    fc.constantFrom<[DataType, number]>(
      ['float32', 4],
      ['int64', 8],
      ['uint8', 1],
      ['float16', 2],
      ['bool', 1],
    ),
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
  )
  .chain(([[dataType, size], dims]) =>
    bytes(elements(dims) * size).map((raw): Tensor => ({ dataType, dims, raw })),
  )

const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  float32.map((value): Attribute => ({ type: 'float', value })),
  integer.map((value): Attribute => ({ type: 'int', value })),
  name.map((value): Attribute => ({ type: 'string', value })),
  tensor.map((value): Attribute => ({ type: 'tensor', value })),
  fc.array(float32).map((value): Attribute => ({ type: 'floats', value })),
  fc.array(integer).map((value): Attribute => ({ type: 'ints', value })),
  fc.array(name).map((value): Attribute => ({ type: 'strings', value })),
)

const dim: fc.Arbitrary<Dim> = fc.oneof(
  fc.nat(),
  fc.string({ minLength: 1, maxLength: 5 }),
  fc.constant(null),
)
const value: fc.Arbitrary<ValueInfo> = fc
  .record({ name, dataType: fc.constantFrom<DataType>('float32', 'int64', 'other:17') })
  .chain(info => fc.option(fc.array(dim, { maxLength: 5 })).map(shape => (shape ? { ...info, shape } : info)))

const graphNode = fc.record({
  op: fc.constantFrom('Conv', 'Relu', 'Add'),
  domain: fc.constantFrom('', 'com.microsoft'),
  name,
  inputs: fc.array(name, { maxLength: 4 }),
  outputs: fc.array(name, { maxLength: 2 }),
  attributes: fc.dictionary(fc.string({ minLength: 1 }), attribute, { maxKeys: 4, noNullPrototype: true }),
})

/** Any model of the modelled fields. */
export const anyModel: fc.Arbitrary<OnnxModel> = fc.record({
  irVersion: fc.integer({ min: 3, max: 12 }),
  opsets: fc.constant(new Map([['', 17]])),
  producerName: name,
  producerVersion: name,
  domain: name,
  modelVersion: fc.maxSafeInteger(),
  docString: fc.string(),
  metadata: fc.array(fc.tuple(name, fc.string())).map(entries => new Map(entries)),
  graph: fc.record({
    name,
    nodes: fc.array(graphNode, { maxLength: 6 }),
    inputs: fc.array(value, { maxLength: 3 }),
    outputs: fc.array(value, { maxLength: 3 }),
    values: fc.array(value, { maxLength: 3 }),
    initializers: fc.array(fc.tuple(name, tensor), { maxLength: 4 }).map(entries => new Map(entries)),
  }),
})

/** A model around one encoded TensorProto, as an initializer. */
function modelWithTensor(build: (writer: BinaryWriter) => void): Uint8Array {
  const w = new BinaryWriter()
  w.tag(1, WireType.Varint).int64(8)
  w.tag(7, WireType.LengthDelimited).fork()
  w.tag(5, WireType.LengthDelimited).fork()
  build(w)
  w.tag(8, WireType.LengthDelimited).string('t')
  w.join().join()
  w.tag(8, WireType.LengthDelimited).fork().tag(2, WireType.Varint).int64(17).join()
  return w.finish()
}
const dims = (w: BinaryWriter, ...sizes: number[]): void =>
  sizes.forEach(size => w.tag(1, WireType.Varint).int64(size))
const decodeTensor = (build: (writer: BinaryWriter) => void): Tensor =>
  decodeModel(modelWithTensor(build)).graph.initializers.get('t')!

describe('models', () => {
  it('come back from bytes as they went in', () => {
    fc.assert(
      fc.property(anyModel, model => {
        expect(decodeModel(encodeModel(model))).toEqual(model)
      }),
      { numRuns: 200 },
    )
  })

  it('refer to their weights in pieces and views', () => {
    const data = new Float32Array(5000).map((_, i) => i)
    const model = modelOf({
      name: 'g',
      nodes: [],
      inputs: [],
      outputs: [],
      values: [],
      initializers: new Map([['w', floatTensor(data, [5000])]]),
    })
    expect(encodeParts(model).some(part => part.buffer === data.buffer)).toBe(true)
    const file = encodeModel(model)
    const back = decodeModel(file).graph.initializers.get('w')!
    expect(back.raw.buffer).toBe(file.buffer)
    expect(toFloat32(back)).toEqual(data)
  })

  it('keep fields that are not modelled', () => {
    const w = new BinaryWriter()
    w.tag(1, WireType.Varint).int64(8)
    w.tag(99, WireType.LengthDelimited).string('future')
    w.tag(7, WireType.LengthDelimited).fork()
    w.tag(10, WireType.LengthDelimited).string('a graph of note')
    w.tag(1, WireType.LengthDelimited).fork()
    w.tag(4, WireType.LengthDelimited).string('Relu')
    w.tag(6, WireType.LengthDelimited).string('a node of note')
    w.tag(5, WireType.LengthDelimited).fork()
    w.tag(1, WireType.LengthDelimited).string('axis').tag(3, WireType.Varint).int64(-1)
    w.tag(20, WireType.Varint).int32(2).tag(13, WireType.LengthDelimited).string('an attribute of note')
    w.join().join()
    w.tag(11, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string('x')
    w.tag(2, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).fork()
    w.tag(1, WireType.Varint).int32(1).tag(2, WireType.LengthDelimited).fork()
    w.tag(1, WireType.LengthDelimited).fork().tag(2, WireType.LengthDelimited).string('batch')
    w.tag(3, WireType.LengthDelimited).string('DATA_BATCH').join().join().join()
    w.tag(6, WireType.LengthDelimited).string('IMAGE').join().join()
    w.join()
    w.tag(8, WireType.LengthDelimited).fork().tag(2, WireType.Varint).int64(17).join()
    const model = decodeModel(w.finish())
    expect(model.graph.inputs[0]).toMatchObject({ name: 'x', dataType: 'float32', shape: ['batch'] })
    expect(model.graph.nodes[0]!.attributes).toMatchObject({ axis: { type: 'int', value: -1 } })
    const again = encodeModel(model)
    const text = new TextDecoder('latin1').decode(again)
    for (const note of [
      'future',
      'a graph of note',
      'a node of note',
      'an attribute of note',
      'DATA_BATCH',
      'IMAGE',
    ])
      expect(text).toContain(note)
    expect(decodeModel(again)).toEqual(model)
  })

  it('hold a subgraph as it was', () => {
    const graph = new BinaryWriter().tag(2, WireType.LengthDelimited).string('inner').finish()
    const encoded = new BinaryWriter()
      .tag(1, WireType.LengthDelimited)
      .string('then_branch')
      .tag(6, WireType.LengthDelimited)
      .bytes(graph)
      .tag(20, WireType.Varint)
      .int32(5)
      .finish()
    const If = node('If', ['c'], ['y'], { then_branch: { type: 'raw', value: encoded } })
    const model = modelOf({
      name: '',
      nodes: [If],
      inputs: [],
      outputs: [],
      values: [],
      initializers: new Map(),
    })
    expect(decodeModel(encodeModel(model))).toEqual(model)
  })
})

describe('tensors in typed fields', () => {
  it.each([
    [
      'float32',
      1,
      (w: BinaryWriter) => w.tag(4, WireType.LengthDelimited).fork().float(1.5).float(-2).join(),
    ],
    ['float32', 1, (w: BinaryWriter) => w.tag(4, WireType.Bit32).float(1.5).tag(4, WireType.Bit32).float(-2)],
    [
      'int64',
      7,
      (w: BinaryWriter) =>
        w
          .tag(7, WireType.LengthDelimited)
          .fork()
          .int64(-7)
          .int64(2 ** 40)
          .join(),
    ],
    [
      'int64',
      7,
      (w: BinaryWriter) =>
        w
          .tag(7, WireType.Varint)
          .int64(-7)
          .tag(7, WireType.Varint)
          .int64(2 ** 40),
    ],
    ['int32', 6, (w: BinaryWriter) => w.tag(5, WireType.LengthDelimited).fork().int32(-7).int32(9).join()],
    ['int8', 3, (w: BinaryWriter) => w.tag(5, WireType.LengthDelimited).fork().int32(-7).int32(9).join()],
    [
      'uint16',
      4,
      (w: BinaryWriter) => w.tag(5, WireType.Varint).int32(65535).tag(5, WireType.Varint).int32(9),
    ],
    ['bool', 9, (w: BinaryWriter) => w.tag(5, WireType.LengthDelimited).fork().int32(1).int32(0).join()],
    [
      'float16',
      10,
      (w: BinaryWriter) => w.tag(5, WireType.LengthDelimited).fork().int32(0x3c00).int32(0xc000).join(),
    ],
    [
      'bfloat16',
      16,
      (w: BinaryWriter) => w.tag(5, WireType.LengthDelimited).fork().int32(0x3fc0).int32(0xc000).join(),
    ],
    [
      'float64',
      11,
      (w: BinaryWriter) => w.tag(10, WireType.LengthDelimited).fork().double(0.1).double(-3).join(),
    ],
    [
      'uint64',
      13,
      (w: BinaryWriter) => w.tag(11, WireType.LengthDelimited).fork().uint64(5).uint64(6).join(),
    ],
    [
      'uint32',
      12,
      (w: BinaryWriter) => w.tag(11, WireType.Varint).uint64(4294967295).tag(11, WireType.Varint).uint64(6),
    ],
  ] as const)('%s (case %#)', (dataType, number, data) => {
    const read = decodeTensor(w => {
      data(w) // before the shape: protobuf leaves the order free
      dims(w, 2)
      w.tag(2, WireType.Varint).int32(number)
    })
    expect(read.dataType).toBe(dataType)
    const expected: Record<string, number[]> = {
      float32: [1.5, -2],
      int64: [-7, 2 ** 40],
      int32: [-7, 9],
      int8: [-7, 9],
      uint16: [65535, 9],
      bool: [1, 0],
      float16: [1, -2],
      bfloat16: [1.5, -2],
      float64: [Math.fround(0.1), -3],
      uint64: [5, 6],
      uint32: [4294967295, 6],
    }
    expect(toNumbers(read)).toEqual(expected[dataType])
  })

  it('keeps elements of types that it does not know', () => {
    const file = modelWithTensor(w => {
      dims(w, 4)
      w.tag(2, WireType.Varint).int32(22).tag(5, WireType.LengthDelimited).fork().int32(1).int32(2).join()
    })
    const model = decodeModel(file)
    expect(model.graph.initializers.get('t')!.dataType).toBe('other:22')
    expect(decodeModel(encodeModel(model))).toEqual(model)
  })
})

async function run(bytes: Uint8Array, shape: number[]): Promise<Float32Array[]> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 })
  const data = new Float32Array(elements(shape)).map((_, i) => Math.sin(i * 0.7))
  const result = await session.run({ [session.inputNames[0]!]: new OrtTensor('float32', data, shape) })
  await session.release()
  return session.outputNames.map(output => result[output]!.data as Float32Array)
}

describe('on the engine', () => {
  it('a round trip changes nothing (built here)', async () => {
    const model = modelOf({
      name: 'g',
      nodes: [node('Conv', ['x', 'w'], ['c'], { pads: [1, 1, 1, 1] }), node('LeakyRelu', ['c'], ['y'])],
      inputs: [floatValue('x', ['n', 3, null, 8])],
      outputs: [floatValue('y', ['n', 4, null, 8])],
      values: [],
      initializers: new Map([
        [
          'w',
          floatTensor(
            new Float32Array(108).map((_, i) => Math.cos(i)),
            [4, 3, 3, 3],
          ),
        ],
      ]),
    })
    const once = encodeModel(model)
    const twice = encodeModel(decodeModel(once))
    expect(await run(twice, [2, 3, 8, 8])).toEqual(await run(once, [2, 3, 8, 8]))
  })

  it.skipIf(!sharedFile('golden')).each([
    ['golden/train-resnet.onnx', [2, 3, 33, 33]],
    ['golden/train-mobilenet.onnx', [2, 3, 24, 20]],
    ['data/models/mobilenet_v1_075_imagenet.onnx', [1, 3, 64, 64]],
  ] as const)('a round trip of %s changes nothing', async (file, shape) => {
    const { readFile } = await import('node:fs/promises')
    const path = sharedFile(file)!
    const before = await run(await readFile(path), [...shape])
    const after = await run(encodeModel(await readOnnx(path)), [...shape])
    expect(after).toEqual(before)
    expect(before[0]!.some(logit => logit !== 0)).toBe(true)
  })
})
