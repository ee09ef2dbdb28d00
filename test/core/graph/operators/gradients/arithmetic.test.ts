/** Gradients of Add, Sub, Mul and Div under every kind of broadcasting, against differences in double precision. */
import { describe, it } from 'vitest'
import type { Tensor } from '../../../../../core/graph/model.ts'
import { node } from '../../../../../core/graph/node.ts'
import { floatTensor, toFloat32 } from '../../../../../core/graph/tensor.ts'
import { check, normal, type Case } from './check.ts'

/** Between 0.7 and 1.7 in size, of either sign: never close to a pole. */
function awayFromZero(dims: number[], seed: number): Tensor {
  const drawn = toFloat32(normal(dims, seed))
  return floatTensor(
    drawn.map(v => Math.sign(v) * (0.7 + Math.min(1, Math.abs(v)))),
    dims,
  )
}

const shapes = [
  [2, 3, 4, 5],
  [3, 1, 1],
  [1, 3, 1, 1],
  [2, 1, 1, 1],
  [2, 1, 4, 1],
  [5],
  [4, 1],
  [4, 5],
  [1, 2, 3, 4, 5],
  [2, 2, 3, 4, 5],
]

const cases = ['Add', 'Sub', 'Mul', 'Div'].flatMap(op =>
  shapes.flatMap((shape): Case[] => {
    const weights = { w: awayFromZero(shape, shape.length) }
    const sides: [string, string][] = [
      ['x', 'w'],
      ['w', 'x'],
    ]
    return sides.map(inputs => ({
      name: `${inputs.join(` ${op} `)} [${shape.join(', ')}]`,
      range: [0.5, 2] as [number, number],
      weights,
      nodes: [node(op, inputs, ['y'])],
      sampled: 8,
    }))
  }),
)

const both: Case[] = [
  {
    name: 'both sides broadcast',
    view: [2, 3, 1, 20],
    weights: { w: awayFromZero([3, 4, 1], 8) },
    nodes: [node('Mul', ['x', 'w'], ['y'])],
  },
  {
    name: 'both sides broadcast, Div',
    view: [2, 3, 1, 20],
    weights: { w: awayFromZero([3, 4, 1], 8) },
    nodes: [node('Div', ['x', 'w'], ['y'])],
  },
  { name: 'x − x·x', nodes: [node('Mul', ['x', 'x'], ['a']), node('Sub', ['x', 'a'], ['y'])] },
  {
    name: 'a Constant vector reshaped by Unsqueeze, as exporters write normalisation',
    nodes: [
      node('Constant', [], ['mean'], { value: { type: 'tensor', value: floatTensor([0.4, 0.5, 0.6], [3]) } }),
      node('Unsqueeze', ['mean', 'axes'], ['column']),
      node('Sub', ['x', 'column'], ['y']),
    ],
    weights: { axes: { dataType: 'int64', dims: [2], raw: new Uint8Array(BigInt64Array.of(1n, 2n).buffer) } },
  },
  {
    name: 'a Constant map behind Identity, and constants among themselves',
    nodes: [
      node('Constant', [], ['a'], { value: { type: 'tensor', value: floatTensor([1, 2, 3], [1, 3, 1, 1]) } }),
      node('Constant', [], ['b'], { value: { type: 'tensor', value: floatTensor([4, 5], [2, 1, 1, 1]) } }),
      node('Identity', ['a'], ['c']),
      node('Mul', ['c', 'b'], ['d']),
      node('Div', ['a', 'c'], ['e']),
      node('Mul', ['x', 'd'], ['f']),
      node('Add', ['f', 'e'], ['y']),
    ],
  },
  {
    name: 'a quotient of whole float constants',
    nodes: [
      node('Constant', [], ['a'], { value: { type: 'tensor', value: floatTensor([1], []) } }),
      node('Constant', [], ['b'], { value: { type: 'tensor', value: floatTensor([2], []) } }),
      node('Div', ['a', 'b'], ['c']),
      node('Mul', ['x', 'c'], ['y']),
    ],
  },
]

describe('gradients of arithmetic', () => {
  it.each([...cases, ...both])('$name', async testCase => {
    await check(testCase)
  })
})
