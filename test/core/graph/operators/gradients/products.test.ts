/** Gradients of Gemm and MatMul against differences in double precision. */
import { describe, it } from 'vitest'
import { float, node } from '../../../../../core/graph/node.ts'
import { intTensor } from '../../../../../core/graph/tensor.ts'
import { check, normal, type Case } from './check.ts'

const images: Case['images'] = [2, 1, 4, 3]

const gemms = [0, 1].flatMap(transA =>
  [0, 1].flatMap(transB =>
    [false, true].map((swapped): Case => {
      // x is [4, 6]; op(A)·op(B) has 6 or 4 as its inner side.
      const [rows, inner] = transA ? [6, 4] : [4, 6]
      const [r2, i2] = transB ? [6, 4] : [4, 6]
      return swapped
        ? {
            name: `Gemm w·x, transA ${transA}, transB ${transB}`,
            images,
            view: [4, 6],
            weights: { w: normal(transA ? [r2!, 5] : [5, r2!], 3), c: normal([i2!], 4) },
            nodes: [
              node('Gemm', ['w', 'x', 'c'], ['p'], { transA, transB, alpha: float(0.7), beta: float(1.3) }),
              node('MatMul', ['last', 'p'], ['y']),
            ],
          }
        : {
            name: `Gemm x·w, transA ${transA}, transB ${transB}`,
            images,
            view: [4, 6],
            weights: { w: normal(transB ? [5, inner!] : [inner!, 5], 3), c: normal([rows!, 1], 4) },
            nodes: [
              node('Gemm', ['x', 'w', 'c'], ['y'], { transA, transB, alpha: float(0.7), beta: float(-1.3) }),
            ],
          }
    }),
  ),
)
for (const item of gemms) if (item.name.includes('w·x')) item.weights!['last'] = normal([4, 5], 6)

const matmul = (name: string, view: number[], weight: number[], left = false): Case => ({
  name,
  images,
  view,
  weights: { w: normal(weight, 3) },
  nodes: [node('MatMul', left ? ['w', 'x'] : ['x', 'w'], ['y'])],
})

const cases: Case[] = [
  ...gemms,
  {
    name: 'Gemm without bias',
    images,
    view: [4, 6],
    weights: { w: normal([6, 5], 3) },
    nodes: [node('Gemm', ['x', 'w'], ['y'])],
  },
  ...[[5], [1, 5], [4, 5], [4, 1]].map((dims): Case => ({
    name: `Gemm with a bias [${dims.join()}]`,
    images,
    view: [4, 6],
    weights: { w: normal([6, 5], 3), c: normal(dims, 4) },
    nodes: [node('Gemm', ['x', 'w', 'c'], ['y'], { beta: float(2) })],
  })),
  matmul('MatMul of matrices', [4, 6], [6, 5]),
  matmul('MatMul from the left', [4, 6], [2, 4], true),
  matmul('MatMul of a batch with one matrix', [2, 4, 3], [3, 5]),
  matmul('MatMul of one matrix with a batch', [2, 4, 3], [5, 4], true),
  matmul('MatMul of batches', [2, 4, 3], [2, 3, 5]),
  matmul('MatMul of a broadcast batch', [2, 1, 4, 3], [5, 3, 2]),
  matmul('MatMul of a batch of one', [2, 4, 3], [1, 3, 5]),
  matmul('MatMul of rank 4 and rank 3', [2, 2, 2, 3], [2, 3, 2]),
  matmul('MatMul with a vector', [2, 4, 3], [3]),
  matmul('MatMul of a vector', [2, 4, 3], [4], true),
  matmul('MatMul of matrix and vector', [4, 6], [6]),
  matmul('MatMul of vector and matrix', [24], [24, 4]),
  {
    name: 'attention: a product of two computed values',
    images,
    view: [2, 4, 3],
    weights: { q: normal([3, 3], 3), k: normal([3, 3], 4), perm: intTensor([0]) },
    nodes: [
      node('MatMul', ['x', 'q'], ['a']),
      node('MatMul', ['x', 'k'], ['b']),
      node('Transpose', ['b'], ['c'], { perm: [0, 2, 1] }),
      node('MatMul', ['a', 'c'], ['d']),
      node('MatMul', ['d', 'x'], ['y']),
    ],
  },
  {
    name: 'a transposed weight (MatMul of an exporter)',
    images,
    view: [4, 6],
    weights: { w: normal([5, 6], 3) },
    nodes: [node('Transpose', ['w'], ['wt'], { perm: [1, 0] }), node('MatMul', ['x', 'wt'], ['y'])],
  },
]

describe('gradients of products', () => {
  it.each(cases)('$name', async testCase => {
    await check(testCase)
  })
})
