/** Gradients of operators that move values, against differences in double precision. */
import { describe, it } from 'vitest'
import { float, node } from '../../../../../core/graph/node.ts'
import { intTensor, scalar } from '../../../../../core/graph/tensor.ts'
import { check, normal, type Case } from './check.ts'

// A product with a weight of the moved shape makes positions tell apart.
const cases: Case[] = [
  { name: 'Flatten', nodes: [node('Flatten', ['x'], ['y'])] },
  { name: 'Flatten at 2', nodes: [node('Flatten', ['x'], ['y'], { axis: 2 })] },
  { name: 'Flatten at −1', nodes: [node('Flatten', ['x'], ['y'], { axis: -1 })] },
  { name: 'Flatten at 0', nodes: [node('Flatten', ['x'], ['y'], { axis: 0 })] },
  {
    name: 'Reshape with −1 and 0',
    weights: { to: intTensor([0, -1, 4]), w: normal([15, 1], 3) },
    nodes: [node('Reshape', ['x', 'to'], ['a']), node('Mul', ['a', 'w'], ['y'])],
  },
  {
    name: 'Reshape by Shape → Gather → Unsqueeze → Concat',
    weights: { zero: intTensor([0], []), axes: intTensor([0]), rest: intTensor([-1]) },
    nodes: [
      node('Shape', ['x'], ['s']),
      node('Gather', ['s', 'zero'], ['n']),
      node('Unsqueeze', ['n', 'axes'], ['ns']),
      node('Concat', ['ns', 'rest'], ['to'], { axis: 0 }),
      node('Reshape', ['x', 'to'], ['y']),
    ],
  },
  {
    name: 'Reshape by Shape → Slice → Mul → Cast → Concat of Constants',
    nodes: [
      node('Shape', ['x'], ['s']),
      node('Constant', [], ['two'], { value_ints: { type: 'ints', value: [2] } }),
      node('Constant', [], ['four'], { value_ints: { type: 'ints', value: [4] } }),
      node('Constant', [], ['half'], { value_int: 2 }),
      node('Constant', [], ['one'], { value_ints: { type: 'ints', value: [1] } }),
      node('Slice', ['s', 'two', 'four'], ['hw']),
      node('Div', ['hw', 'half'], ['halves']),
      node('Cast', ['halves'], ['cast'], { to: 7 }),
      node('Concat', ['two', 'cast', 'minus'], ['to'], { axis: 0 }),
      node('Reshape', ['x', 'to'], ['a']),
      node('Transpose', ['a'], ['b'], { perm: [0, 3, 1, 2] }),
      node('Tanh', ['b'], ['y']),
    ],
    weights: { minus: intTensor([-1]) },
  },
  {
    name: 'Shape with start and end',
    weights: { rest: intTensor([-1]) },
    nodes: [
      node('Shape', ['x'], ['s'], { start: -4, end: -2 }),
      node('Concat', ['s', 'rest'], ['to'], { axis: 0 }),
      node('Reshape', ['x', 'to'], ['y']),
    ],
  },
  {
    name: 'Squeeze and Unsqueeze by input',
    view: [2, 3, 1, 20],
    weights: { out: intTensor([2]), in: intTensor([-1, 1]) },
    nodes: [node('Squeeze', ['x', 'out'], ['a']), node('Unsqueeze', ['a', 'in'], ['y'])],
  },
  {
    name: 'Squeeze and Unsqueeze by attribute',
    view: [2, 1, 60, 1],
    opset: 11,
    nodes: [
      node('Squeeze', ['x'], ['a'], { axes: [-1] }),
      node('Squeeze', ['a'], ['b']),
      node('Unsqueeze', ['b'], ['y'], { axes: [1, 3] }),
    ],
  },
  {
    name: 'Transpose',
    weights: { w: normal([4, 5, 3], 3) },
    nodes: [node('Transpose', ['x'], ['a'], { perm: [0, 2, 3, 1] }), node('Mul', ['a', 'w'], ['y'])],
  },
  {
    name: 'Transpose in reverse',
    view: [3, 8, 5],
    weights: { w: normal([5, 8, 1], 3) },
    nodes: [node('Transpose', ['x'], ['a']), node('Mul', ['a', 'w'], ['y'])],
  },
  ...[0, 1, 3, -1, -2].map((axis): Case => ({
    name: `Concat along ${axis}`,
    nodes: [node('Tanh', ['x'], ['t']), node('Concat', ['x', 't', 'x'], ['y'], { axis })],
  })),
  {
    name: 'Concat with a weight (a class token)',
    weights: { to: intTensor([2, 3, 20]), token: normal([2, 1, 20], 3), kept: intTensor([2, 1, 20]) },
    nodes: [
      node('Reshape', ['x', 'to'], ['a']),
      node('Reshape', ['token', 'kept'], ['t']),
      node('Concat', ['t', 'a'], ['y'], { axis: 1 }),
    ],
  },
  {
    name: 'Concat with a weight as it is',
    weights: { token: normal([2, 1, 4, 5], 3) },
    nodes: [node('Concat', ['token', 'x'], ['y'], { axis: 1 })],
  },
  {
    name: 'Pad',
    weights: { pads: intTensor([0, 0, 1, 2, 0, 1, 0, 3]) },
    nodes: [node('Pad', ['x', 'pads'], ['y'])],
  },
  {
    name: 'Pad with a value',
    weights: { pads: intTensor([0, 0, 1, 1, 0, 0, 1, 1]), value: scalar(0.7) },
    nodes: [node('Pad', ['x', 'pads', 'value'], ['a']), node('Mul', ['a', 'a'], ['y'])],
  },
  {
    name: 'Pad along listed axes',
    weights: { pads: intTensor([1, 2, 3, 0]), axes: intTensor([-1, 2]) },
    nodes: [node('Pad', ['x', 'pads', '', 'axes'], ['y'])],
  },
  {
    name: 'Pad that crops',
    weights: { pads: intTensor([0, 0, -1, 1, 0, 0, 0, -2]) },
    nodes: [node('Pad', ['x', 'pads'], ['y'])],
  },
  {
    name: 'Pad by attributes',
    opset: 10,
    nodes: [node('Pad', ['x'], ['y'], { pads: [0, 0, 1, 0, 0, 0, 0, 1], value: float(0.5) })],
  },
]

describe('gradients of shaping', () => {
  it.each(cases)('$name', async testCase => {
    await check(testCase)
  })
})
