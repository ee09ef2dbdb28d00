import { describe, expect, it } from 'vitest'
import { RelabelError } from '../../../../core/base/error.ts'
import { decodeModel } from '../../../../core/graph/onnx/decode.ts'
import { encodeModel } from '../../../../core/graph/onnx/encode.ts'
import { readOnnx } from '../../../../core/graph/files/read.ts'
import { dataTypes } from '../../../../core/graph/model.ts'
import type { Node, OnnxModel, Tensor } from '../../../../core/graph/model.ts'
import { floatValue, modelOf, node, tensorAttribute } from '../../../../core/graph/node.ts'
import { prepareForTraining } from '../../../../core/graph/students/fine-tune.ts'
import {
  buildStudent,
  parameterCount,
  parameterNames,
  studentNames,
} from '../../../../core/graph/students/index.ts'
import { floatTensor, toFloat32 } from '../../../../core/graph/tensor.ts'
import { sharedFile } from '../../../shared.ts'
import { backbone, classifier, heads, noise, pooled } from './models.ts'
import { expectEqual, runOnNoise } from './run.ts'

const shape = [2, 3, 8, 6]
const prepare = (model: OnnxModel, classes = 4) => prepareForTraining(model, { classes, seed: 3 })
const tensorOf = (model: OnnxModel, name: string) => model.graph.initializers.get(name)!

function error(run: () => unknown): RelabelError {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof RelabelError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

describe.each(Object.entries(heads))('a classifier that ends in %s', (_, build) => {
  it('answers as before when the classes agree', async () => {
    const { model, warnings } = prepare(build())
    expectEqual((await runOnNoise(model, shape)).data, (await runOnNoise(build(), shape)).data)
    expect(warnings).toEqual([])
  })

  it('gets a fresh head for other classes, and keeps everything else', async () => {
    const before = build()
    const { model, warnings } = prepare(before, 9)
    expect(warnings).toEqual([expect.stringMatching(/4 classes; a fresh one for 9/)])
    expect(model.graph.outputs).toEqual([floatValue('out', ['batch', 9])])
    const output = await runOnNoise(model, shape)
    expect(output.shape).toEqual([2, 9])
    expect(new Set(output.data).size).toBe(18)
    for (const [name, tensor] of backbone().weights)
      expect(toFloat32(tensorOf(model, name))).toEqual(toFloat32(tensor))
    const fresh = parameterNames(model.graph).filter(
      name => !backbone().weights.some(([own]) => own === name),
    )
    expect(fresh).toHaveLength(2)
    for (const name of fresh) {
      // U(±1/√6), where a value has probability 0 of being 0.
      const values = toFloat32(tensorOf(model, name))
      expect(values.every(value => value !== 0 && Math.abs(value) <= 1 / Math.sqrt(6))).toBe(true)
    }
    expect(parameterCount(model)).toBe(6 * 27 + 12 + 9 * 6 + 9)
    expect(before).toEqual(build())
  })

  it('gives the same head for a seed, another for another', () => {
    const weights = (seed: number) =>
      [...prepareForTraining(build(), { classes: 9, seed }).model.graph.initializers].map(
        ([key, { raw }]) => [key, [...raw]],
      )
    expect(weights(1)).toEqual(weights(1))
    expect(weights(1)).not.toEqual(weights(2))
  })
})

it.each(['Softmax', 'LogSoftmax'])('drops a trailing %s and keeps the name of the output', async op => {
  const plain = heads['Gemm with transB']!()
  const graph = {
    ...plain.graph,
    nodes: [
      ...plain.graph.nodes.slice(0, -1),
      node('Gemm', ['flat', 'fc.weight', 'fc.bias'], ['logits'], { transB: 1 }),
      node('Identity', ['logits'], ['same']),
      node(op, ['same'], ['probabilities'], { axis: 1 }),
      node('Identity', ['probabilities'], ['out']),
    ],
  }
  const { model, warnings } = prepare({ ...plain, graph })
  expect(warnings).toEqual([expect.stringContaining(`${op} was dropped`)])
  expect(model.graph.outputs[0]?.name).toBe('out')
  expectEqual((await runOnNoise(model, shape)).data, (await runOnNoise(plain, shape)).data)
})

describe('weights', () => {
  it('in Constant nodes become initializers, settings stay', async () => {
    const plain = heads['MatMul and Add']!()
    const constants = [...plain.graph.initializers].map(([name, tensor]) =>
      node('Constant', [], [name], { value: tensorAttribute(tensor) }),
    )
    const clipped = [
      node('Constant', [], ['low'], { value_float: { type: 'float', value: 0 } }),
      node('Constant', [], ['high'], { value: tensorAttribute(floatTensor([6], [])) }),
    ]
    const nodes = plain.graph.nodes.map(of =>
      of.op === 'Relu' ? node('Clip', ['b', 'low', 'high'], ['features']) : of,
    )
    const graph = {
      ...plain.graph,
      nodes: [...constants, ...clipped, ...nodes],
      initializers: new Map<string, Tensor>(),
    }
    const { model } = prepare({ ...plain, graph })
    expect(new Set(model.graph.initializers.keys())).toEqual(new Set(plain.graph.initializers.keys()))
    expect(model.graph.nodes.filter(of => of.op === 'Constant').map(of => of.outputs[0])).toEqual([
      'low',
      'high',
    ])
    expectEqual((await runOnNoise(model, shape)).data, (await runOnNoise({ ...plain, graph }, shape)).data)
  })

  it('that were listed among the inputs are not inputs', () => {
    const plain = heads['Gemm with transB']!()
    plain.graph.inputs.push(floatValue('fc.bias', [4]))
    expect(prepare(plain).model.graph.inputs.map(({ name }) => name)).toEqual(['images'])
  })

  it('that were merged, directly or by Identity nodes, are separate again', async () => {
    const merged = ['b1.weight', 'b1.bias', 'b1.bias', 'b1.weight']
    const norm = (x: string, path: string, inputs: string[], y: string) =>
      node('BatchNormalization', [x, ...inputs], [y], {}, `/${path}/BatchNormalization`)
    const model = modelOf({
      name: 'merged',
      nodes: [
        node('Identity', ['b1.bias'], ['b2.bias']),
        norm('images', 'b1', merged, 'a'),
        norm('a', 'layer/layer.0/b2', ['b1.weight', 'b2.bias', 'b1.bias', 'b1.weight'], 'features'),
        ...pooled(),
        node('Gemm', ['flat', 'fc.weight'], ['out'], { transB: 1 }),
      ],
      inputs: [floatValue('images', ['batch', 3, null, null])],
      outputs: [floatValue('out', ['batch', 4])],
      values: [],
      initializers: new Map([
        ['b1.weight', floatTensor([1, 1, 1], [3])],
        ['b1.bias', floatTensor([0, 0, 0], [3])],
        ['fc.weight', noise([4, 3])],
      ]),
    })
    const prepared = prepare(model)
    expect(prepared.warnings).toEqual([expect.stringMatching(/^5 vectors .* separately/)])
    const [first, second] = prepared.model.graph.nodes.filter(of => of.op === 'BatchNormalization')
    expect(first!.inputs.slice(1)).toEqual(['b1.weight', 'b1.bias', 'b1.running_mean', 'b1.running_var'])
    expect(second!.inputs.slice(1)).toEqual([
      'layer.0.b2.weight',
      'b2.bias',
      'layer.0.b2.running_mean',
      'layer.0.b2.running_var',
    ])
    expectEqual((await runOnNoise(prepared.model, shape)).data, (await runOnNoise(model, shape)).data)
  })

  it('that an exporter numbered get the names that the nodes tell', () => {
    const plain = heads['Gemm with transB']!()
    const rename = new Map([
      ['conv.weight', 'onnx::Conv_17'],
      ['fc.weight', 'onnx::Gemm_21'],
      ['bn.bias', '23'],
    ])
    const graph = {
      ...plain.graph,
      nodes: plain.graph.nodes.map(of => ({
        ...of,
        inputs: of.inputs.map(name => rename.get(name) ?? name),
      })),
      initializers: new Map(
        [...plain.graph.initializers].map(([name, tensor]) => [rename.get(name) ?? name, tensor]),
      ),
    }
    expect([...prepare({ ...plain, graph }).model.graph.initializers.keys()]).toEqual([
      ...plain.graph.initializers.keys(),
    ])
  })

  it.each(['float16', 'float64'] as const)('in %s become float32', async type => {
    const plain = heads['MatMul and Add']!()
    const narrow = (tensor: Tensor): Tensor => {
      const values = toFloat32(tensor)
      const data = type === 'float16' ? Float16Array.from(values) : Float64Array.from(values)
      return { dataType: type, dims: tensor.dims, raw: new Uint8Array(data.buffer) }
    }
    const graph = {
      ...plain.graph,
      nodes: [
        node('Cast', ['images'], ['cast'], { to: dataTypes[type] }),
        ...plain.graph.nodes.map(of => ({
          ...of,
          inputs: of.inputs.map(name => (name === 'images' ? 'cast' : name)),
        })),
      ],
      initializers: new Map([...plain.graph.initializers].map(([name, tensor]) => [name, narrow(tensor)])),
      outputs: [{ ...floatValue('out', ['batch', 4]), dataType: type }],
    }
    const { model, warnings } = prepare({ ...plain, graph })
    expect(warnings).toEqual([expect.stringContaining('float32')])
    expect(model.graph.nodes.filter(of => of.op === 'Cast')).toEqual([])
    // Half precision keeps 11 bits of each weight.
    const tolerance = type === 'float16' ? 2 ** -8 : 1e-5
    expectEqual((await runOnNoise(model, shape)).data, (await runOnNoise(plain, shape)).data, tolerance)
  })
})

describe('batch norms that were folded away', () => {
  const relu = (x: string, y: string): Node => node('Relu', [x], [y])
  const conv = (x: string, path: string, y: string): Node =>
    node('Conv', [x, `${path}.weight`, `${path}.bias`], [y], {}, `/${path}/Conv`)
  const weights: [string, Tensor][] = ['one', 'two', 'gate'].flatMap(path => [
    [`${path}.weight`, noise([6, 6, 1, 1])] as [string, Tensor],
    [`${path}.bias`, noise([6])] as [string, Tensor],
  ])
  const head = [
    node('GlobalAveragePool', ['last'], ['pool']),
    node('Flatten', ['pool'], ['flat'], { axis: 1 }),
    node('Gemm', ['flat', 'fc.weight'], ['out'], { transB: 1 }),
  ]

  it('are named', () => {
    const nodes = [
      conv('features', 'one', 'x'),
      relu('x', 'y'),
      conv('y', 'two', 'z'),
      relu('z', 'last'),
      ...head,
    ]
    const model = classifier(nodes, [...weights, ['fc.weight', noise([4, 6])]])
    expect(prepare(model).warnings).toEqual([expect.stringMatching(/^2 convolutions .*\(one, two\).*folded/)])
  })

  it('are not seen in the gates of squeeze and excitation', () => {
    const nodes = [
      node('GlobalAveragePool', ['features'], ['squeezed']),
      conv('squeezed', 'one', 'x'),
      relu('x', 'y'),
      conv('y', 'two', 'z'),
      node('Sigmoid', ['z'], ['gate']),
      node('Mul', ['features', 'gate'], ['last']),
      ...head,
    ]
    const model = classifier(nodes, [...weights, ['fc.weight', noise([4, 6])]])
    expect(prepare(model).warnings).toEqual([])
    expect(
      prepare(buildStudent('efficientnet_b0', { classes: 4, input: [3, 8, 8], seed: 0 })).warnings,
    ).toEqual([])
  })
})

describe('what cannot be a student', () => {
  const bad = (head: Node[], outputs = 1) => {
    const model = classifier(head, [])
    model.graph.outputs = model.graph.outputs.slice(0, outputs)
    return model
  }

  it('is refused with every unknown operator by name', () => {
    const nodes = [node('Einsum', ['features'], ['x']), node('com.microsoft:Magic', ['x'], ['out'])]
    const thrown = error(() => prepare(bad(nodes)))
    expect(thrown.code).toBe('unsupported')
    expect(thrown.detail).toEqual({ operators: ['Einsum', 'com.microsoft:Magic'] })
    expect(thrown.message).toMatch(/Einsum, com.microsoft:Magic/)
  })

  it('is refused without a linear layer to replace, and kept where the classes agree anyway', () => {
    const nodes = [
      ...pooled().slice(0, 1),
      node('Flatten', ['pool'], ['flat']),
      node('Sigmoid', ['flat'], ['out']),
    ]
    expect(error(() => prepare(bad(nodes), 9)).message).toMatch(/ends in Sigmoid/)
    expect(prepare(bad(nodes), 4).model.graph.outputs[0]?.shape).toEqual(['batch', 4])
  })

  it('is refused with two inputs, without an output, and for no classes', () => {
    const two = heads['MatMul']!()
    two.graph.inputs.push(floatValue('mask', [1]))
    expect(error(() => prepare(two)).code).toBe('unsupported')
    expect(error(() => prepare(bad([], 0))).code).toBe('bad-model')
    expect(error(() => prepare(heads['MatMul']!(), 0)).code).toBe('usage')
    const flat = heads['MatMul']!()
    flat.graph.inputs = [floatValue('images', ['batch', 3])]
    expect(error(() => prepare(flat)).message).toMatch(/2 dimensions/)
  })

  it('loses its further outputs with a warning', () => {
    const model = heads['Gemm with transB']!()
    model.graph.nodes.splice(3, 0, node('Einsum', ['features'], ['aside'], { equation: 'nchw->nc' }))
    model.graph.outputs.push(floatValue('aside', ['batch', 6]))
    const { model: student, warnings } = prepare(model)
    expect(warnings).toEqual([expect.stringMatching(/only the first, "out"/)])
    expect(student.graph.nodes.some(of => of.op === 'Einsum')).toBe(false)
  })
})

it.each(studentNames.filter(name => !/34|50|101|b[123]/.test(name)))(
  '%s passes through a file and unchanged through preparation, and takes another head',
  async name => {
    const built = buildStudent(name, { classes: 5, input: [3, 32, 32], seed: 1 })
    const read = decodeModel(encodeModel(built))
    const same = prepare(read, 5)
    expect(same.warnings).toEqual([])
    expect([...same.model.graph.initializers.keys()]).toEqual([...built.graph.initializers.keys()])
    const other = prepare(read, 7).model
    expect(parameterNames(other.graph)).toEqual(parameterNames(built.graph))
    expect((await runOnNoise(other, [2, 3, 32, 32])).shape).toEqual([2, 7])
  },
)

const imagenet = sharedFile('data/models/mobilenet_v1_075_imagenet.onnx')
it.skipIf(!imagenet)(
  'a real ImageNet classifier keeps its answers, and its folded batch norms are named',
  async () => {
    const model = await readOnnx(imagenet!)
    const { model: student, warnings } = prepare(model, 1000)
    expect(warnings).toEqual([expect.stringMatching(/^27 convolutions .*features\.1, features\.4/)])
    expect(new Set(student.graph.nodes.map(of => of.op))).toEqual(
      new Set(['Constant', 'Pad', 'Conv', 'Clip', 'GlobalAveragePool', 'Flatten', 'Gemm']),
    )
    expect(parameterCount(student)).toBe(parameterCount(model))
    expectEqual(
      (await runOnNoise(student, [1, 3, 96, 96])).data,
      (await runOnNoise(model, [1, 3, 96, 96])).data,
    )
    const ten = prepare(model, 10)
    expect((await runOnNoise(ten.model, [2, 3, 64, 64])).shape).toEqual([2, 10])
  },
)
