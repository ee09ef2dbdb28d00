import fc from 'fast-check'
import { InferenceSession } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { dataTypes } from '../../../../../core/graph/model.ts'
import type { OnnxModel, Tensor } from '../../../../../core/graph/model.ts'
import { floatValue, modelOf, node, tensorAttribute } from '../../../../../core/graph/node.ts'
import { encodeModel } from '../../../../../core/graph/onnx/encode.ts'
import { copyGraph } from '../../../../../core/graph/students/adopt/draft.ts'
import { constantTensor } from '../../../../../core/graph/operators/constant.ts'
import { foldConstants } from '../../../../../core/graph/students/adopt/fold.ts'
import { prepareForTraining } from '../../../../../core/graph/students/fine-tune.ts'
import { intTensor, toFloat32 } from '../../../../../core/graph/tensor.ts'
import { classifier, heads, noise } from '../models.ts'
import { expectEqual, runOnNoise } from '../run.ts'

const shape = [2, 3, 8, 6]
const prepare = (model: OnnxModel) => prepareForTraining(model, { classes: 4, seed: 3 })

describe('what an exporter leaves to run time', () => {
  it("computes PyTorch's dozen nodes around a Pad ahead", async () => {
    const ints = (name: string, values: number[], dims?: number[]) =>
      node('Constant', [], [name], { value: tensorAttribute(intTensor(values, dims)) })
    const plain = heads['Gemm with transB']!()
    // [left, right, top, bottom] = [1, 0, 2, 0], which PyTorch extends, halves, turns and casts at run time.
    const nodes = [
      ints('given', [1, 0, 2, 0]),
      ints('four', [4]),
      node('ConstantOfShape', ['four'], ['zeros'], { value: tensorAttribute(intTensor([0])) }),
      node('Concat', ['given', 'zeros'], ['all'], { axis: 0 }),
      ints('pairs', [-1, 2]),
      node('Reshape', ['all', 'pairs'], ['table']),
      ints('start', [-1]),
      ints('end', [-9223372036854775807]),
      ints('axis', [0]),
      node('Slice', ['table', 'start', 'end', 'axis', 'start'], ['reversed']),
      node('Transpose', ['reversed'], ['turned'], { perm: [1, 0] }),
      node('Reshape', ['turned', 'start'], ['flatPads']),
      node('Cast', ['flatPads'], ['pads'], { to: dataTypes.int64 }),
      node('Pad', ['images', 'pads'], ['padded']),
      ...plain.graph.nodes.map(of => ({
        ...of,
        inputs: of.inputs.map(name => (name === 'images' ? 'padded' : name)),
      })),
    ]
    const model = { ...plain, graph: { ...plain.graph, nodes } }
    const prepared = prepare(model).model
    expect(prepared.graph.nodes.map(of => of.op).slice(0, 3)).toEqual(['Constant', 'Pad', 'Conv'])
    const pads = prepared.graph.nodes[0]!.attributes['value']
    expect(pads?.type === 'tensor' && [...new BigInt64Array(pads.value.raw.buffer)]).toEqual([
      0n,
      0n,
      2n,
      1n,
      0n,
      0n,
      0n,
      0n,
    ])
    expectEqual((await runOnNoise(prepared, shape)).data, (await runOnNoise(model, shape)).data)
  })

  it('folds slices, gathers and arithmetic as ONNX Runtime computes them', async () => {
    const plain = heads['Gemm with transB']!()
    const constant = (name: string, values: number[], dims?: number[]) =>
      node('Constant', [], [name], { value: tensorAttribute(intTensor(values, dims)) })
    const nodes = [
      constant('m', [9, 8, 7, 6, 5, 1, 3, 2, 4, 0, 11, 12], [3, 4]),
      constant('i', [-1, 0]),
      node('Gather', ['m', 'i'], ['rows'], { axis: 0 }), // [4 0 11 12], [9 8 7 6]
      constant('one', [1], []),
      node('Gather', ['rows', 'one'], ['column'], { axis: 1 }), // 0, 8
      constant('s', [3, 0]),
      constant('e', [-5, 2]),
      constant('axes', [1, 0]),
      constant('steps', [-2, 1]),
      node('Slice', ['rows', 's', 'e', 'axes', 'steps'], ['cut']), // [12 0], [6 8]
      node('Unsqueeze', ['column', 'axes0'], ['column2']), // [[0], [8]]
      node('Concat', ['cut', 'column2'], ['wide'], { axis: 1 }), // [12 0 0], [6 8 8]
      constant('five', [5]),
      node('Div', ['wide', 'five'], ['tenths']), // [2 0 0], [1 1 1]
      constant('minus', [-1]),
      node('Reshape', ['tenths', 'minus'], ['line']), // 2 0 0 1 1 1
      constant('two', [0, 0]),
      node('Concat', ['line', 'two'], ['pads'], { axis: 0 }), // before: 2 0 0 1; after: 1 1 0 0
      node('Pad', ['images', 'pads'], ['padded']),
      node('Pad', ['padded', 'crop'], ['back']),
      ...plain.graph.nodes.map(of => ({
        ...of,
        inputs: of.inputs.map(name => (name === 'images' ? 'back' : name)),
      })),
    ]
    nodes.unshift(constant('axes0', [-1]), constant('crop', [-2, 0, 0, 0, -1, -1, 0, 0]))
    const model = { ...plain, graph: { ...plain.graph, nodes } }
    const prepared = prepare(model).model
    expect(prepared.graph.nodes.filter(of => ['Gather', 'Slice', 'Div', 'Concat'].includes(of.op))).toEqual(
      [],
    )
    expectEqual((await runOnNoise(prepared, shape)).data, (await runOnNoise(model, shape)).data)
  })

  it('frees the batch size that an export fixed', async () => {
    const head = [
      node('GlobalAveragePool', ['features'], ['pool']),
      node('Reshape', ['pool', 'sizes'], ['flat']),
      node('Gemm', ['flat', 'fc.weight'], ['out'], { transB: 1 }),
    ]
    const fixed = classifier(head, [
      ['fc.weight', noise([4, 6])],
      ['sizes', intTensor([1, -1])],
    ])
    fixed.graph.inputs = [floatValue('images', [1, 3, 8, 6])]
    const { model, warnings } = prepare(fixed)
    expect(warnings).toEqual([expect.stringMatching(/^1 reshapes/)])
    expect(model.graph.inputs[0]?.shape).toEqual(['batch', 3, 'height', 'width'])
    expect((await runOnNoise(model, [5, 3, 8, 6])).shape).toEqual([5, 4])
    expectEqual((await runOnNoise(model, [1, 3, 8, 6])).data, (await runOnNoise(fixed, [1, 3, 8, 6])).data)
  })
})

describe('against ONNX Runtime, on random settings', () => {
  const small = fc.integer({ min: -5, max: 5 })
  const table = intTensor(
    Array.from({ length: 24 }, (_, i) => (i * 7) % 24),
    [2, 3, 4],
  )
  const cases = fc.oneof(
    fc.record({
      op: fc.constant('Slice'),
      inputs: fc
        .array(fc.tuple(small, small, fc.integer({ min: -3, max: 2 }), small), { minLength: 1, maxLength: 2 })
        .map(rows => [0, 1, 2, 3].map(column => rows.map(row => row[column]!))),
      attributes: fc.constant({}),
    }),
    fc.record({
      op: fc.constant('Gather'),
      inputs: fc.array(small, { minLength: 1, maxLength: 4 }).map(indices => [indices]),
      attributes: fc.record({ axis: fc.integer({ min: -3, max: 3 }) }),
    }),
    fc.record({
      op: fc.constant('Transpose'),
      inputs: fc.constant([]),
      attributes: fc.record({ perm: fc.array(fc.nat(2), { minLength: 2, maxLength: 3 }) }),
    }),
    fc.record({
      op: fc.constant('Reshape'),
      inputs: fc
        .array(fc.constantFrom(-1, 0, 1, 2, 3, 4, 6, 8, 12), { minLength: 1, maxLength: 4 })
        .map(sizes => [sizes]),
      attributes: fc.constant({}),
    }),
    fc.record({
      op: fc.constant('Unsqueeze'),
      inputs: fc.uniqueArray(small, { minLength: 1, maxLength: 2 }).map(axes => [axes]),
      attributes: fc.constant({}),
    }),
  )

  it('folds to the same numbers, or leaves alone', async () => {
    let folded = 0
    await fc.assert(
      fc.asyncProperty(cases, async ({ op, inputs, attributes }) => {
        const constants = inputs.map((values, i) =>
          node('Constant', [], [`i${i}`], { value: tensorAttribute(intTensor(values)) }),
        )
        const graph = {
          name: 'one',
          nodes: [
            node('Constant', [], ['table'], { value: tensorAttribute(table) }),
            ...constants,
            node(op, ['table', ...constants.map(of => of.outputs[0]!)], ['result'], attributes),
            node('Cast', ['result'], ['out'], { to: dataTypes.float32 }),
          ],
          inputs: [],
          outputs: [floatValue('out', [])],
          values: [],
          initializers: new Map<string, Tensor>(),
        }
        delete (graph.outputs[0] as { shape?: unknown }).shape
        const bytes = encodeModel(modelOf(graph))
        const copy = copyGraph(graph)
        foldConstants(copy)
        const made = copy.nodes.find(of => of.outputs[0] === 'out')!
        if (made.op !== 'Constant') return
        const expected = await run(bytes)
        // Settings that ONNX Runtime refuses may fold to anything: the model is invalid.
        if (!expected) return
        folded++
        const tensor = constantTensor(made)!
        expect(tensor.dims).toEqual(expected.shape)
        expect(Array.from(toFloat32(tensor))).toEqual(Array.from(expected.data))
      }),
      { numRuns: 150 },
    )
    expect(folded).toBeGreaterThan(30)
  })

  async function run(bytes: Uint8Array): Promise<{ shape: number[]; data: Float32Array } | undefined> {
    try {
      const session = await InferenceSession.create(bytes, { logSeverityLevel: 4 })
      const { out } = await session.run({})
      const result = { shape: [...out!.dims], data: (out!.data as Float32Array).slice() }
      await session.release()
      return result
    } catch {
      return undefined
    }
  }

  it('does not grow without bound', () => {
    const nodes = Array.from({ length: 60 }, (_, i) =>
      node('Concat', [`v${i}`, `v${i}`], [`v${i + 1}`], { axis: 0 }),
    )
    const graph = {
      name: 'bomb',
      nodes,
      inputs: [],
      outputs: [floatValue('v60', [])],
      values: [],
      initializers: new Map([['v0', intTensor([1])]]),
    }
    foldConstants(graph)
    // 2^19 elements are the last below a million.
    expect(graph.nodes.filter(of => of.op === 'Concat')).toHaveLength(60 - 19)
  })
})
