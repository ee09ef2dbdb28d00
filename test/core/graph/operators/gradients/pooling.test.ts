/** Gradients of pooling and reductions against differences in double precision. */
import { describe, it } from 'vitest'
import { node, type AttributeValue } from '../../../../../core/graph/node.ts'
import { intTensor } from '../../../../../core/graph/tensor.ts'
import { check, type Case } from './check.ts'

const images: Case['images'] = [2, 3, 7, 6]

const pools = (op: string, extra: Record<string, AttributeValue> = {}, label = ''): Case[] =>
  Object.entries<Record<string, AttributeValue>>({
    '2×2, stride 2': { kernel_shape: [2, 2], strides: [2, 2] },
    '2×2 without strides': { kernel_shape: [2, 2] },
    '3×3, stride 2, padding 1': { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    '3×3, overlapping': { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] },
    '3×2, asymmetric': { kernel_shape: [3, 2], strides: [2, 1], pads: [0, 1, 2, 0] },
    '2×2, stride 3, gaps': { kernel_shape: [2, 2], strides: [3, 3] },
    ceil_mode: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
    'ceil_mode 3×3, padding 1': { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
    'ceil_mode 3×3, stride 3': { kernel_shape: [3, 3], strides: [3, 3], pads: [1, 0, 1, 0], ceil_mode: 1 },
    SAME_UPPER: { kernel_shape: [2, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' },
    SAME_LOWER: { kernel_shape: [2, 2], strides: [1, 1], auto_pad: 'SAME_LOWER' },
    'whole map': { kernel_shape: [7, 6] },
  }).map(([name, attributes]) => ({
    name: `${op}${label} ${name}`,
    images,
    sampled: 16,
    nodes: [node(op, ['x'], ['y'], { ...attributes, ...extra })],
  }))

const reductions = ['ReduceMean', 'ReduceSum'].flatMap(op =>
  [[2, 3], [-1, -2], [1], [-3], [1, 2, 3], [3, 1]].flatMap((axes): Case[] => [
    {
      name: `${op} over ${axes.join()} as an input`,
      weights: { axes: intTensor(axes) },
      nodes: [node(op, ['x', 'axes'], ['y'])],
    },
    {
      name: `${op} over ${axes.join()} as an attribute, dropped`,
      opset: op === 'ReduceSum' ? 11 : 17,
      nodes: [node(op, ['x'], ['y'], { axes, keepdims: 0 })],
    },
  ]),
)

// Reductions over the batch too leave one row, which a product with x spreads again.
const whole: Case[] = ['ReduceMean', 'ReduceSum'].flatMap(op => [
  {
    range: [-1, 1.5],
    name: `${op} over everything`,
    nodes: [node(op, ['x'], ['m']), node('Mul', ['x', 'm'], ['y'])],
  },
  {
    range: [-1, 1.5],
    name: `${op} over everything, dropped`,
    nodes: [node(op, ['x'], ['m'], { keepdims: 0 }), node('Mul', ['x', 'm'], ['y'])],
  },
  {
    range: [-1, 1.5],
    name: `${op} with an empty list of axes`,
    weights: { axes: intTensor([]) },
    nodes: [node(op, ['x', 'axes'], ['m']), node('Mul', ['x', 'm'], ['y'])],
  },
  {
    range: [-1, 1.5],
    name: `${op} over no axes at all`,
    weights: { axes: intTensor([]) },
    nodes: [node(op, ['x', 'axes'], ['y'], { noop_with_empty_axes: 1 })],
  },
])

describe('gradients of pooling', () => {
  it.each([
    ...pools('MaxPool'),
    {
      name: 'MaxPool, dilated',
      images,
      nodes: [node('MaxPool', ['x'], ['y'], { kernel_shape: [2, 3], dilations: [2, 2], pads: [1, 1, 1, 1] })],
    },
    ...pools('AveragePool'),
    ...pools('AveragePool', { count_include_pad: 1 }, ', padding counted,'),
    { name: 'GlobalAveragePool', nodes: [node('GlobalAveragePool', ['x'], ['y'])] },
    {
      name: 'a squeeze-and-excite gate',
      nodes: [
        node('GlobalAveragePool', ['x'], ['p']),
        node('Sigmoid', ['p'], ['s']),
        node('Mul', ['x', 's'], ['y']),
      ],
    },
    ...reductions,
    ...whole,
  ])('$name', async testCase => {
    await check(testCase)
  })
})
