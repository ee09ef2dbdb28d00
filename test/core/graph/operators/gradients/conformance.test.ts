/** Every operator with a gradient, once, against differences in double precision. A new one needs a case here. */
import { describe, expect, it } from 'vitest'
import { node } from '../../../../../core/graph/node.ts'
import { intTensor, scalar, floatTensor } from '../../../../../core/graph/tensor.ts'
import { differentiable } from '../../../../../core/graph/training/support.ts'
import { operators as reference } from '../reference/run.ts'
import { check, normal, type Case } from './check.ts'

type Basic = Omit<Case, 'name'>

const one = (op: string, inputs: string[] = ['x'], rest: Partial<Basic> = {}): Basic => ({
  sampled: 8,
  nodes: [node(op, inputs, ['y'])],
  ...rest,
})
const each = (names: string, rest: Partial<Basic> = {}): Record<string, Basic> =>
  Object.fromEntries(names.split(' ').map(name => [name, one(name, ['x'], rest)]))
const withWeight = (names: string): Record<string, Basic> =>
  Object.fromEntries(
    names
      .split(' ')
      .map(name => [
        name,
        one(name, ['x', 'w'], { range: [0.5, 2], weights: { w: floatTensor([0.7, -1.1, 1.6], [3, 1, 1]) } }),
      ]),
  )
const vectors = { gamma: normal([3], 2, 0.3, 1), beta: normal([3], 3) }
const running = { running_mean: normal([3], 4), running_var: floatTensor([1, 2, 3], [3]) }
const matrix: Partial<Basic> = { images: [2, 1, 4, 3], view: [4, 6] }

const cases: Record<string, Basic> = {
  ...each('Sigmoid Tanh Exp Neg Erf Gelu Flatten Identity Transpose GlobalAveragePool'),
  ...each('Relu LeakyRelu HardSigmoid HardSwish', { range: [0.1, 2] }),
  ...each('Sqrt Reciprocal', { range: [0.5, 2] }),
  ...withWeight('Add Sub Mul Div'),
  Clip: one('Clip', ['x', 'low', 'high'], { weights: { low: scalar(-3), high: scalar(2) } }),
  Pow: one('Pow', ['x', 'three'], { weights: { three: scalar(3) } }),
  ReduceMean: one('ReduceMean', ['x', 'axes'], { weights: { axes: intTensor([1, -1]) } }),
  ReduceSum: one('ReduceSum', ['x', 'axes'], { weights: { axes: intTensor([1, -1]) } }),
  Reshape: one('Reshape', ['x', 'to'], { weights: { to: intTensor([0, -1, 2]) } }),
  Squeeze: one('Squeeze', ['x', 'axes'], { view: [2, 1, 60], weights: { axes: intTensor([1]) } }),
  Unsqueeze: one('Unsqueeze', ['x', 'axes'], { weights: { axes: intTensor([-1]) } }),
  Concat: one('Concat', [], { nodes: [node('Concat', ['x', 'x'], ['y'], { axis: 1 })] }),
  Pad: one('Pad', ['x', 'pads'], { weights: { pads: intTensor([0, 0, 1, 2, 0, 0, 0, 1]) } }),
  Dropout: one('Dropout', ['x'], { dropout: [0.5], opset: 11 }),
  Conv: one('Conv', ['x', 'w', 'b'], { weights: { w: normal([4, 3, 2, 3], 3), b: normal([4], 4) } }),
  MaxPool: one('MaxPool', [], { nodes: [node('MaxPool', ['x'], ['y'], { kernel_shape: [2, 2] })] }),
  AveragePool: one('AveragePool', [], {
    nodes: [node('AveragePool', ['x'], ['y'], { kernel_shape: [2, 3], strides: [2, 1] })],
  }),
  Gemm: one('Gemm', ['x', 'w', 'c'], { ...matrix, weights: { w: normal([6, 5], 3), c: normal([5], 4) } }),
  MatMul: one('MatMul', ['x', 'w'], { ...matrix, weights: { w: normal([6, 5], 3) } }),
  BatchNormalization: one('BatchNormalization', ['x', 'gamma', 'beta', 'running_mean', 'running_var'], {
    weights: { ...vectors, ...running },
  }),
  LayerNormalization: one('LayerNormalization', ['x', 'gamma', 'beta'], {
    weights: { gamma: normal([5], 2, 0.3, 1), beta: normal([5], 3) },
  }),
}

describe('every operator with a gradient', () => {
  it('has a case, and a reference in double precision', () => {
    expect(Object.keys(cases).sort()).toEqual([...differentiable])
    expect(differentiable.filter(name => !(name in reference))).toEqual([])
    for (const [name, { nodes }] of Object.entries(cases)) expect(nodes.map(({ op }) => op)).toContain(name)
  })

  it.each([...differentiable])('%s', async name => {
    await check({ name, ...cases[name]! })
  })
})
