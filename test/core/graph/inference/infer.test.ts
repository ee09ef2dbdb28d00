/** Shape inference against ONNX Runtime: the shapes it gives are the shapes that come out. */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { readOnnx } from '../../../../core/graph/files/read.ts'
import type { Dim, Graph, Node, OnnxModel, Tensor } from '../../../../core/graph/model.ts'
import { floatValue, modelOf, node } from '../../../../core/graph/node.ts'
import { encodeModel } from '../../../../core/graph/onnx/encode.ts'
import { inferShapes, unsupportedOperators } from '../../../../core/graph/inference/infer.ts'
import { elements, floatTensor, intTensor } from '../../../../core/graph/tensor.ts'
import { sharedFile } from '../../../shared.ts'

interface Case {
  name: string
  nodes: Node[]
  x: number[]
  constants?: Record<string, Tensor>
  opset?: number
  /** The batch symbol does not come out in front. */
  mixes?: boolean
}

const ramp = (dims: number[]): Tensor =>
  floatTensor(
    new Float32Array(elements(dims)).map((_, i) => 0.1 + (i % 7) / 10),
    dims,
  )
const one = (
  op: string,
  x: number[],
  attributes: Parameters<typeof node>[3] = {},
  extra: Partial<Case> = {},
): Case => ({
  name: `${op} ${JSON.stringify(attributes)} of [${x.join(', ')}]`,
  nodes: [node(op, ['x', ...Object.keys(extra.constants ?? {})], ['y'], attributes)],
  x,
  ...extra,
})
const w = (...dims: number[]): { constants: Record<string, Tensor> } => ({ constants: { w: ramp(dims) } })
const i64 = (...values: number[]): { constants: Record<string, Tensor> } => ({
  constants: { k: intTensor(values) },
})
const channels = { constants: { a: ramp([6]), b: ramp([6]) } }

const image = [2, 6, 9, 11]
const cases: Case[] = [
  ...[
    { pads: [1, 1, 1, 1] },
    { pads: [1, 1, 1, 1], strides: [2, 2] },
    { strides: [2, 3], dilations: [2, 1], pads: [0, 1, 2, 0] },
    { auto_pad: 'SAME_UPPER', strides: [2, 2] },
    { auto_pad: 'SAME_LOWER', strides: [3, 2] },
    { auto_pad: 'VALID' },
  ].map(attributes => one('Conv', image, attributes, w(4, 6, 3, 3))),
  one('Conv', image, { group: 6, kernel_shape: [3, 3] }, w(6, 1, 3, 3)),
  one('ConvTranspose', image, { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }, w(6, 5, 3, 3)),
  one('ConvTranspose', image, { group: 2 }, w(6, 5, 2, 2)),
  ...[0, 1].flatMap(ceil_mode => [
    one('MaxPool', image, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode }),
    one('MaxPool', image, { kernel_shape: [2, 2], strides: [2, 2], ceil_mode }),
    one('AveragePool', image, { kernel_shape: [2, 3], strides: [3, 2], ceil_mode }),
    one('AveragePool', [2, 6, 6, 6], {
      kernel_shape: [1, 1],
      strides: [4, 4],
      pads: [0, 0, 0, 0],
      ceil_mode,
    }),
  ]),
  one('MaxPool', image, { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' }),
  one('GlobalAveragePool', image),
  one('GlobalMaxPool', image),
  one('Pad', image, {}, i64(0, 1, 2, 0, 0, 0, 1, 3)),
  ...[
    'Relu',
    'Sigmoid',
    'HardSigmoid',
    'HardSwish',
    'LeakyRelu',
    'Elu',
    'Selu',
    'Softplus',
    'Tanh',
    'Exp',
    'Erf',
  ].map(op => one(op, image)),
  ...[
    'Sqrt',
    'Neg',
    'Reciprocal',
    'Softmax',
    'LogSoftmax',
    'Identity',
    'Dropout',
    'LpNormalization',
    'Log',
  ].map(op => one(op, image)),
  one('Mish', image, {}, { opset: 18 }),
  one('Gelu', image, {}, { opset: 20 }),
  one('Clip', image),
  one('Cast', image, { to: 1 }),
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max'].map(op => one(op, image, {}, w(6, 1, 1))),
  one('Add', [2, 6], {}, { constants: { w: ramp([3, 1, 6]) }, mixes: true }),
  one('PRelu', image, {}, w(6, 1, 1)),
  {
    ...one('Where', image),
    nodes: [node('Greater', ['x', 'z'], ['c']), node('Where', ['c', 'x', 'z'], ['y'])],
    ...w(),
    constants: { z: ramp([11]) },
  },
  {
    ...one('Equal', image),
    nodes: [node('Equal', ['x', 'z'], ['c']), node('Cast', ['c'], ['y'], { to: 1 })],
    constants: { z: ramp([1]) },
  },
  {
    ...one('BatchNormalization', image),
    nodes: [node('BatchNormalization', ['x', 'a', 'a', 'a', 'a'], ['y'])],
    constants: { a: ramp([6]) },
  },
  one('InstanceNormalization', image, {}, channels),
  one(
    'GroupNormalization',
    image,
    { num_groups: 3 },
    { constants: { a: ramp([3]), b: ramp([3]) }, opset: 18 },
  ),
  one('LayerNormalization', [2, 5, 6], {}, channels),
  one('ReduceMean', image, { axes: [2, 3], keepdims: 0 }),
  one('ReduceMean', image, { axes: [-1, -2], keepdims: 1 }),
  one('ReduceMean', image, { keepdims: 0 }, { ...i64(2, 3), opset: 18 }),
  one('ReduceMax', image, {}, { mixes: true }),
  one('ReduceSum', image, { keepdims: 0 }, i64(3)),
  one('Flatten', image),
  one('Flatten', image, { axis: -1 }, { mixes: true }),
  one('Reshape', image, {}, i64(0, 2, 3, -1)),
  one('Reshape', image, {}, { ...i64(-1, 99), mixes: true }),
  one('Transpose', image, { perm: [0, 2, 3, 1] }),
  one('Transpose', [2, 3, 4], {}, { mixes: true }),
  one('Squeeze', [2, 6, 1, 1], {}, i64(-1, 2)),
  one('Unsqueeze', [2, 6], {}, i64(-1, 1)),
  one('Expand', [2, 6, 1, 1], {}, i64(1, 1, 4, 5)),
  one('Tile', image, {}, i64(1, 2, 1, 3)),
  one('DepthToSpace', [2, 8, 3, 4], { blocksize: 2 }),
  one('SpaceToDepth', [2, 3, 4, 6], { blocksize: 2 }),
  one('Concat', image, { axis: 1 }, { ...w(2, 4, 9, 11), mixes: true }),
  one('Gather', image, { axis: 2 }, i64(0, 3, 3)),
  one('Gather', image, { axis: 3 }, { constants: { k: intTensor([1], []) } }),
  one(
    'Slice',
    image,
    {},
    { constants: { s: intTensor([1, -3]), e: intTensor([2 ** 62, -1]), a: intTensor([2, 3]) } },
  ),
  one(
    'Slice',
    image,
    {},
    { constants: { s: intTensor([-1]), e: intTensor([-100]), a: intTensor([3]), t: intTensor([-2]) } },
  ),
  { ...one('Split', image), nodes: [node('Split', ['x'], ['z', 'y'], { axis: 1 })] },
  { ...one('Split', image, {}, i64(1, 5)), nodes: [node('Split', ['x', 'k'], ['z', 'y'], { axis: 1 })] },
  {
    ...one('Split', image),
    nodes: [node('Split', ['x'], ['z', 'u', 'v', 'y'], { axis: 3, num_outputs: 4 })],
    opset: 18,
  },
  one('MatMul', [2, 5, 6], {}, w(6, 3)),
  one('Gemm', [2, 6], { transB: 1 }, { constants: { w: ramp([4, 6]), b: ramp([4]) } }),
  one('com.microsoft:FusedMatMul', [2, 5, 6], { transB: 1 }, w(3, 6)),
  {
    ...one('Resize', image),
    nodes: [node('Resize', ['x', '', 's'], ['y'])],
    constants: { s: floatTensor([1, 1, 2, 1.5], [4]) },
  },
  {
    ...one('Resize', image),
    nodes: [node('Resize', ['x', '', '', 's'], ['y'])],
    constants: { s: intTensor([2, 6, 4, 5]) },
    mixes: true,
  },
  { ...one('TopK', [2, 6], {}, i64(3)), nodes: [node('TopK', ['x', 'k'], ['y', 'i'])] },
  {
    ...one('ArgMax', image),
    nodes: [node('ArgMax', ['x'], ['i'], { axis: 1, keepdims: 0 }), node('Cast', ['i'], ['y'], { to: 1 })],
  },
]

function modelFor(of: Case, shape: Dim[], opset = of.opset ?? 17): OnnxModel {
  const graph: Graph = {
    name: of.name,
    nodes: of.nodes,
    inputs: [floatValue('x', shape)],
    outputs: [{ name: 'y', dataType: 'float32' }],
    values: [],
    initializers: new Map(Object.entries(of.constants ?? {})),
  }
  return modelOf(graph, opset, { 'com.microsoft': 1 })
}

async function actualShape(model: OnnxModel, shape: number[]): Promise<readonly number[]> {
  const session = await InferenceSession.create(encodeModel(model), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  })
  const { raw } = ramp(shape)
  const x = new OrtTensor('float32', new Float32Array(raw.buffer), shape)
  const { y } = await session.run({ x })
  await session.release()
  return y!.dims
}

describe('operators', () => {
  it.each(cases)('$name', async of => {
    const actual = await actualShape(modelFor(of, of.x), of.x)
    const inferred = inferShapes(modelFor(of, of.x).graph).get('y')!
    expect(inferred).toEqual({ name: 'y', dataType: 'float32', shape: actual })
    // With a symbol for the batch the same comes out, the symbol in front.
    const symbolic = inferShapes(modelFor(of, ['n', ...of.x.slice(1)]).graph).get('y')!
    if (!of.mixes) expect(symbolic.shape).toEqual(['n', ...actual.slice(1)])
    expect(unsupportedOperators(modelFor(of, of.x).graph)).toEqual([])
  })
})

/** x.view(x.size(0), -1) and x.reshape(B * 9, -1) as exporters write them. */
const shapeChain: Case = {
  name: 'Shape → Gather → Unsqueeze → Concat → Reshape',
  x: image,
  nodes: [
    node('Shape', ['x'], ['s']),
    node('Gather', ['s', 'zero'], ['b0']),
    node('Unsqueeze', ['b0', 'axis'], ['b']),
    node('Concat', ['b', 'minus'], ['t'], { axis: 0 }),
    node('Reshape', ['x', 't'], ['flat']),
    node('Gather', ['s', 'two'], ['h0']),
    node('Mul', ['b0', 'h0'], ['bh0']),
    node('Unsqueeze', ['bh0', 'axis'], ['bh']),
    node('Concat', ['bh', 'minus'], ['t2'], { axis: 0 }),
    node('Transpose', ['x'], ['xt'], { perm: [0, 2, 1, 3] }),
    node('Reshape', ['xt', 't2'], ['windows']),
    node('Div', ['bh0', 'h0'], ['back0']),
    node('Unsqueeze', ['back0', 'axis'], ['back']),
    node('Concat', ['back', 'nine', 'minus'], ['t3'], { axis: 0 }),
    node('Reshape', ['windows', 't3'], ['y']),
  ],
  constants: {
    zero: intTensor([0], []),
    two: intTensor([2], []),
    axis: intTensor([0]),
    minus: intTensor([-1]),
    nine: intTensor([9]),
  },
}

describe('shape arithmetic', () => {
  it('is followed as ONNX Runtime computes it', async () => {
    const shapes = inferShapes(modelFor(shapeChain, image).graph)
    expect(shapes.get('flat')!.shape).toEqual([2, 6 * 9 * 11])
    expect(shapes.get('windows')!.shape).toEqual([18, 66])
    expect(shapes.get('y')!.shape).toEqual(await actualShape(modelFor(shapeChain, image), image))
  })

  it('keeps the batch symbol', () => {
    const shapes = inferShapes(modelFor(shapeChain, ['batch', 6, 9, 11]).graph)
    expect(shapes.get('flat')!.shape).toEqual(['batch', 594])
    expect(shapes.get('windows')!.shape).toEqual(['9*batch', 66])
    expect(shapes.get('y')!.shape).toEqual(['batch', 9, 66])
  })

  it('follows an unnamed batch, and shows it as unknown', () => {
    const shapes = inferShapes(modelFor(shapeChain, [null, 6, 9, 11]).graph)
    expect(shapes.get('flat')!.shape).toEqual([null, 594])
    expect(shapes.get('y')!.shape).toEqual([null, 9, 66])
  })

  it('evaluates the slices and transposes of an exported pad', async () => {
    const constants = {
      pads: intTensor([0, 1, 2, 0, 0, 0, 0, 0]),
      pairs: intTensor([-1, 2]),
      last: intTensor([-1]),
      first: intTensor([-(2 ** 62)]),
      axis: intTensor([0]),
    }
    const nodes = [
      node('Reshape', ['pads', 'pairs'], ['p']),
      node('Slice', ['p', 'last', 'first', 'axis', 'last'], ['reversed']),
      node('Transpose', ['reversed'], ['t'], { perm: [1, 0] }),
      node('Reshape', ['t', 'last'], ['flat']),
      node('Pad', ['x', 'flat'], ['y']),
    ]
    const of: Case = { name: 'pad', nodes, x: image, constants }
    const shapes = inferShapes(modelFor(of, image).graph)
    expect(shapes.get('y')!.shape).toEqual(await actualShape(modelFor(of, image), image))
    expect(inferShapes(modelFor(of, ['n', 6, 9, 11]).graph).get('y')!.shape).toEqual(['n', 6, 11, 12])
  })

  it('evaluates the Where(Equal(shape, -1)) of an exported expand', () => {
    const nodes = [
      node('Shape', ['x'], ['s']),
      node('Equal', ['want', 'minus'], ['free']),
      node('ConstantOfShape', ['rank'], ['ones'], { value: { type: 'tensor', value: intTensor([1]) } }),
      node('Where', ['free', 'ones', 'want'], ['t']),
      node('Expand', ['x', 't'], ['y']),
    ]
    const constants = { want: intTensor([-1, 4, 5]), minus: intTensor([-1]), rank: intTensor([3]) }
    const shapes = inferShapes(
      modelFor({ name: 'expand', nodes, x: [2, 1, 5], constants }, ['n', 1, 5]).graph,
    )
    expect(shapes.get('y')!.shape).toEqual(['n', 4, 5])
  })
})

describe('whole graphs', () => {
  const nodes = [
    node('Conv', ['x', 'w1'], ['a'], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    node('MaxPool', ['a'], ['b'], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
    node('Conv', ['b', 'w2'], ['c'], { pads: [1, 1, 1, 1] }),
    node('Add', ['b', 'c'], ['d']),
    node('GlobalAveragePool', ['d'], ['p']),
    node('Flatten', ['p'], ['y']),
  ]
  const constants = { w1: ramp([8, 3, 3, 3]), w2: ramp([8, 8, 3, 3]) }
  const of: Case = { name: 'residual', nodes, x: [1, 3, 20, 20], constants }

  it('symbolic sizes become quotients', () => {
    const shapes = inferShapes(modelFor(of, ['n', 3, 'h', 'w']).graph)
    expect(shapes.get('d')!.shape).toEqual(['n', 8, 'ceil(h/4)', 'ceil(w/4)'])
    expect(shapes.get('y')!.shape).toEqual(['n', 8])
  })

  it('given shapes replace symbols everywhere', () => {
    const shapes = inferShapes(modelFor(of, ['n', 3, 'h', 'w']).graph, { x: [5, 3, 33, 64] })
    expect(shapes.get('d')!.shape).toEqual([5, 8, 9, 16])
    expect(shapes.get('y')!.shape).toEqual([5, 8])
  })

  it('an input that is not there is named', () => {
    expect(() => inferShapes(modelFor(of, [1, 3, 8, 8]).graph, { image: [1] })).toThrow(/no input "image".*x/)
    expect(() => inferShapes(modelFor(of, [1, 3, 8, 8]).graph, { x: [1] })).toThrow(/4 dimensions, not 1/)
  })

  it('an unknown operator leaves its outputs unknown, or as declared, and is named', () => {
    const { graph } = modelFor(
      { ...of, nodes: [node('acme:Magic', ['x'], ['m', 'v']), node('Relu', ['m'], ['y'])] },
      [2, 3],
    )
    expect(inferShapes(graph).get('m')).toEqual({ name: 'm', dataType: 'other:0' })
    expect(inferShapes(graph).get('y')!.shape).toBeUndefined()
    graph.values.push(floatValue('m', ['n', 7]))
    expect(inferShapes(graph).get('y')).toEqual({ name: 'y', dataType: 'float32', shape: ['n', 7] })
    expect(unsupportedOperators(graph)).toEqual(['acme:Magic'])
  })

  it('odd strides and sizes give unknown dimensions, never wrong numbers', () => {
    const bad = { ...of, nodes: [node('Conv', ['x', 'w1'], ['y'], { strides: [0, -1] })] }
    expect(inferShapes(modelFor(bad, [1, 3, 20, 20]).graph).get('y')!.shape).toEqual([1, 8, null, null])
    const small = { ...of, nodes: [node('Conv', ['x', 'w1'], ['y'])] }
    expect(inferShapes(modelFor(small, [1, 3, 1, 1]).graph).get('y')!.shape).toEqual([1, 8, null, null])
  })

  it.skipIf(!sharedFile('data'))('the ImageNet model: 15×15 at 480', async () => {
    const { graph } = await readOnnx(sharedFile('data/models/mobilenet_v1_075_imagenet.onnx')!)
    expect(unsupportedOperators(graph)).toEqual([])
    const name = '/features/features.85/Clip_output_0'
    expect(inferShapes(graph, { input: ['n', 3, 480, 480] }).get(name)!.shape).toEqual(['n', 768, 15, 15])
    expect(inferShapes(graph).get('logits')!.shape).toEqual(['batch', 1000])
  })
})
