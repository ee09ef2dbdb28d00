/** Gradients of elementwise functions against differences in double precision, away from their kinks. */
import { describe, expect, it } from 'vitest'
import { float, node, tensorAttribute } from '../../../../../core/graph/node.ts'
import type { Tensor } from '../../../../../core/graph/model.ts'
import { scalar } from '../../../../../core/graph/tensor.ts'
import { createTrainer } from '../../../../../core/engine/trainer.ts'
import { check, normal, wrap, type Case } from './check.ts'

const one = (op: string, range: [number, number], attributes = {}, name = op): Case => ({
  name,
  range,
  nodes: [node(op, ['x'], ['y'], attributes)],
})
const constants = (values: Record<string, number>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, scalar(value)]))

const cases: Case[] = [
  one('Relu', [-1, 1]),
  one('LeakyRelu', [-1, 1]),
  one('LeakyRelu', [-1, 1], { alpha: float(0.3) }, 'LeakyRelu with a slope'),
  one('Sigmoid', [-6, 6]),
  one('Tanh', [-3, 3]),
  one('Exp', [-2, 2]),
  one('Erf', [-2, 2]),
  one('Neg', [-2, 2]),
  one('Sqrt', [0.2, 3]),
  one('Reciprocal', [0.5, 3]),
  one('Reciprocal', [-3, -0.5], {}, 'Reciprocal of negative values'),
  one('HardSigmoid', [-4.01, 4]),
  one('HardSigmoid', [-4.01, 4], { alpha: float(1 / 6), beta: float(0.4) }, 'HardSigmoid of MobileNetV3'),
  one('HardSwish', [-5, 5]),
  one('Gelu', [-3, 3]),
  one('Gelu', [-3, 3], { approximate: 'tanh' }, 'Gelu by tanh'),
  one('Clip', [-3, 9], { min: float(0), max: float(6) }, 'ReLU6 as attributes'),
  { ...one('Clip', [-3, 9], { min: float(0), max: float(6) }, 'ReLU6 of opset 6'), opset: 10 },
  { ...one('Clip', [-3, 9], { max: float(1) }, 'Clip of opset 6 from above'), opset: 10 },
  {
    name: 'Clip by inputs',
    range: [-3, 9],
    weights: constants({ low: -1, high: 4 }),
    nodes: [node('Clip', ['x', 'low', 'high'], ['y'])],
  },
  {
    name: 'Clip from below',
    range: [-3, 9],
    weights: constants({ low: 2 }),
    nodes: [node('Clip', ['x', 'low'], ['y'])],
  },
  {
    name: 'Clip from above',
    range: [-3, 9],
    weights: constants({ high: 2 }),
    nodes: [node('Clip', ['x', '', 'high'], ['y'])],
  },
  { name: 'Clip without bounds', nodes: [node('Clip', ['x'], ['y'])] },
  {
    name: 'Clip by Constant nodes',
    range: [-3, 9],
    nodes: [
      node('Constant', [], ['low'], { value_float: float(0) }),
      node('Constant', [], ['high'], { value: tensorAttribute(scalar(6)) }),
      node('Clip', ['x', 'low', 'high'], ['y']),
    ],
  },
  {
    name: 'SiLU',
    range: [-5, 5],
    nodes: [node('Sigmoid', ['x'], ['s']), node('Mul', ['x', 's'], ['y'])],
  },
  {
    name: 'Gelu from Erf, Div and Mul',
    range: [-3, 3],
    weights: constants({ root: Math.SQRT2, one: 1, half: 0.5 }),
    nodes: [
      node('Div', ['x', 'root'], ['a']),
      node('Erf', ['a'], ['b']),
      node('Add', ['b', 'one'], ['c']),
      node('Mul', ['x', 'c'], ['d']),
      node('Mul', ['d', 'half'], ['y']),
    ],
  },
  ...[2, 3, 0.5, -1, 1].map(exponent => ({
    name: `Pow ${exponent}`,
    range: [0.3, 2] as [number, number],
    weights: constants({ exponent }),
    nodes: [node('Pow', ['x', 'exponent'], ['y'])],
  })),
  {
    name: 'Pow 3 of negative values',
    range: [-2, 2],
    weights: constants({ exponent: 3 }),
    nodes: [node('Pow', ['x', 'exponent'], ['y'])],
  },
  { name: 'Identity', nodes: [node('Identity', ['x'], ['y'])] },
  {
    name: 'a value used three times',
    range: [-2, 2],
    nodes: [
      node('Tanh', ['x'], ['a']),
      node('Mul', ['a', 'a'], ['b']),
      node('Add', ['b', 'a'], ['c']),
      node('Add', ['c', 'x'], ['y']),
    ],
  },
  {
    name: 'a weight shared by two nodes',
    weights: { w: normal([3, 1, 1], 5), k: normal([3, 3, 1, 1], 6) },
    nodes: [
      node('Mul', ['x', 'w'], ['a']),
      node('Conv', ['a', 'k'], ['b']),
      node('Conv', ['b', 'k'], ['c']),
      node('Mul', ['c', 'w'], ['y']),
    ],
  },
  {
    name: 'Dropout',
    nodes: [node('Dropout', ['x'], ['y'])],
    dropout: [0.5],
    opset: 11,
  },
  {
    name: 'Dropout by attribute and by input',
    weights: constants({ ratio: 0.25 }),
    nodes: [node('Dropout', ['x', 'ratio'], ['a', 'mask']), node('Dropout', ['a', 'ratio'], ['y'])],
    dropout: [0.25, 0.25],
  },
  {
    name: 'Dropout of nothing',
    weights: constants({ ratio: 0 }),
    nodes: [node('Dropout', ['x', 'ratio'], ['y'])],
  },
]

describe('gradients of elementwise functions', () => {
  it.each(cases)('$name', async testCase => {
    await check(testCase)
  })

  it.each([
    ['Relu', {}, [-2, 0, 3], [0, 0, 1]],
    ['Clip', { min: float(0), max: float(6) }, [0, 6, 3], [0, 0, 1]],
    ['HardSigmoid', { alpha: float(0.5), beta: float(0.5) }, [-1, 1, 0], [0, 0, 0.5]],
  ])('%s has slope 0 where it bends', async (op, attributes, at, slopes) => {
    // With the images at the kinks and a linear layer behind, dL/dP = slope · dL/dy.
    const slopesAt = async (nodes: Case['nodes']): Promise<Float32Array> => {
      const { model } = wrap({ name: op, images: [1, 1, 1, 3], nodes, opset: op === 'Clip' ? 10 : 20 })
      model.graph.initializers.set('P', { dataType: 'float32', dims: [1, 1, 1, 3], raw: new Uint8Array(12) })
      const trainer = await createTrainer(model, {
        batch: 1,
        input: [1, 1, 3],
        classes: 3,
        optimizer: { kind: 'sgd', momentum: 0.9 },
      })
      await trainer.step(Float32Array.from(at), Float32Array.of(1, 0, 0), 0)
      const state = trainer.state()
      await trainer.close()
      return state.get('moment1:P')!.data
    }
    const found = await slopesAt([node(op, ['x'], ['y'], attributes)])
    slopes.forEach((slope, i) => expect(slope === 0).toBe(found[i] === 0))
  })

  it('refuses bounds that are computed from images', async () => {
    const { model } = wrap({ name: 'Clip', nodes: [node('Clip', ['x', 'P'], ['y'])] })
    const made = createTrainer(model, { batch: 2, input: [3, 4, 5], classes: 3, optimizer: { kind: 'sgd' } })
    await expect(made).rejects.toMatchObject({ code: 'unsupported' })
  })
})
