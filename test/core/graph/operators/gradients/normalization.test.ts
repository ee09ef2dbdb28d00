/** Gradients of BatchNormalization (training mode) and LayerNormalization against differences in double precision. */
import { describe, it } from 'vitest'
import { float, node, type AttributeValue } from '../../../../../core/graph/node.ts'
import { floatTensor, scalar, intTensor } from '../../../../../core/graph/tensor.ts'
import { check, normal, type Case } from './check.ts'

const statistics = (channels: number) => ({
  running_mean: normal([channels], 8),
  running_var: floatTensor(new Float32Array(channels).fill(1.5), [channels]),
})

const batchNorm = (
  name: string,
  images: [number, number, number, number],
  attributes = {},
  view?: number[],
): Case => {
  const channels = (view ?? images)[1]!
  return {
    name,
    images,
    ...(view ? { view } : {}),
    range: [-2, 3],
    weights: { gamma: normal([channels], 3, 0.5, 1), beta: normal([channels], 4), ...statistics(channels) },
    nodes: [
      node('BatchNormalization', ['x', 'gamma', 'beta', 'running_mean', 'running_var'], ['n'], attributes),
      // Else the sums of the gradient over a channel would be those of a linear layer alone.
      node('Tanh', ['n'], ['y']),
    ],
  }
}

const layerNorm = (
  name: string,
  dims: number[],
  attributes: Record<string, AttributeValue>,
  bias = true,
): Case => ({
  name,
  range: [-2, 3],
  weights: { gamma: normal(dims, 3, 0.5, 1), ...(bias ? { beta: normal(dims, 4) } : {}) },
  nodes: [
    node('LayerNormalization', bias ? ['x', 'gamma', 'beta'] : ['x', 'gamma'], ['n'], attributes),
    node('Tanh', ['n'], ['y']),
  ],
})

const cases: Case[] = [
  batchNorm('BatchNormalization', [4, 3, 4, 5]),
  batchNorm('BatchNormalization with a large ε', [4, 3, 4, 5], { epsilon: float(0.5) }),
  batchNorm('BatchNormalization of two values per channel', [2, 5, 1, 1], { epsilon: float(0.1) }),
  batchNorm('BatchNormalization of one image', [1, 3, 4, 5]),
  batchNorm('BatchNormalization over [N, C]', [6, 5, 1, 1], {}, [6, 5]),
  batchNorm('BatchNormalization over [N, C, L]', [3, 2, 2, 5], {}, [3, 2, 10]),
  {
    name: 'Conv, BatchNormalization, Relu, twice, with a shortcut',
    images: [4, 3, 5, 4],
    weights: {
      w: normal([3, 3, 3, 3], 5, 0.3),
      gamma: normal([3], 3, 0.5, 1),
      beta: normal([3], 4),
      running_mean2: normal([3], 8),
      running_var2: floatTensor(new Float32Array(3).fill(1), [3]),
      ...statistics(3),
    },
    nodes: [
      node('Conv', ['x', 'w'], ['a'], { pads: [1, 1, 1, 1] }),
      node('BatchNormalization', ['a', 'gamma', 'beta', 'running_mean', 'running_var'], ['b']),
      node('Sigmoid', ['b'], ['c']),
      node('Conv', ['c', 'w'], ['d'], { pads: [1, 1, 1, 1] }),
      node('BatchNormalization', ['d', 'gamma', 'beta', 'running_mean2', 'running_var2'], ['e']),
      node('Add', ['e', 'x'], ['y']),
    ],
  },
  layerNorm('LayerNormalization', [5], {}),
  layerNorm('LayerNormalization without bias', [5], { axis: -1, epsilon: float(1e-3) }, false),
  layerNorm('LayerNormalization over two axes', [4, 5], { axis: 2 }),
  layerNorm('LayerNormalization over an image', [3, 4, 5], { axis: 1 }),
  layerNorm('LayerNormalization with a broadcast scale', [3, 1, 1], { axis: -3 }),
  {
    name: 'LayerNormalization from ReduceMean, Sub, Pow, Sqrt and Div',
    range: [-2, 3],
    weights: {
      gamma: normal([5], 3, 0.5, 1),
      beta: normal([5], 4),
      two: scalar(2),
      epsilon: scalar(1e-5),
      axes: intTensor([-1]),
    },
    nodes: [
      node('ReduceMean', ['x', 'axes'], ['mean']),
      node('Sub', ['x', 'mean'], ['centred']),
      node('Pow', ['centred', 'two'], ['square']),
      node('ReduceMean', ['square', 'axes'], ['variance']),
      node('Add', ['variance', 'epsilon'], ['positive']),
      node('Sqrt', ['positive'], ['deviation']),
      node('Div', ['centred', 'deviation'], ['normal']),
      node('Mul', ['normal', 'gamma'], ['scaled']),
      node('Add', ['scaled', 'beta'], ['y']),
    ],
  },
]

describe('gradients of normalization', () => {
  it.each(cases)('$name', async testCase => {
    await check(testCase)
  })
})
