/** Heads that average tokens after a LayerNorm (Swin): exact for each token, laid out in the image's grid. */
import { describe, expect, it } from 'vitest'
import { checkSurgery } from '../../../../core/annotator/check-surgery.ts'
import { node } from '../../../../core/graph/node.ts'
import { toAnnotator } from '../../../../core/graph/surgery/to-annotator.ts'
import { intTensor } from '../../../../core/graph/tensor.ts'
import type { Recipe } from './small-classifier.ts'
import { classifier, features, images } from './small-classifier.ts'

/** As in heads.test.ts: float32 sums in another order. */
const exactTolerance = 1e-5

const flatten = node('Flatten', ['p'], ['f'])
const gemm = (from: string): ReturnType<typeof node> =>
  node('Gemm', [from, 'fc.weight', 'fc.bias'], ['y'], { transB: 1 })

const tokens = (square: boolean): Recipe => ({
  input: ['n', 3, 32, square ? 32 : 16],
  head: [
    node('Reshape', ['map', 'columns'], ['r']),
    node('Transpose', ['r'], ['t'], { perm: [0, 2, 1] }),
    node('LayerNormalization', ['t', 'norm.weight', 'norm.bias'], ['l']),
    node('ReduceMean', ['l'], ['p'], { axes: [1], keepdims: 0 }),
    gemm('p'),
  ],
  tensors: { columns: intTensor([0, features, -1]) },
})

describe('LayerNorm before the pool (Swin)', () => {
  it.each([
    ['a square of tokens', tokens(true), [8, 8]],
    ['tokens of a known grid', tokens(false), [8, 4]],
    [
      'channels last',
      {
        input: ['n', 3, 32, 24],
        head: [
          node('Transpose', ['map'], ['t'], { perm: [0, 2, 3, 1] }),
          node('LayerNormalization', ['t', 'norm.weight', 'norm.bias'], ['l']),
          node('ReduceMean', ['l'], ['p'], { axes: [1, 2], keepdims: 0 }),
          gemm('p'),
        ],
      } satisfies Recipe,
      [8, 6],
    ],
    [
      'tokens, features first (AdaptiveAvgPool1d)',
      {
        ...tokens(false),
        head: [
          ...tokens(false).head.slice(0, 3),
          node('Transpose', ['l'], ['d'], { perm: [0, 2, 1] }),
          node('GlobalAveragePool', ['d'], ['p']),
          flatten,
          gemm('f'),
        ],
      },
      [8, 4],
    ],
  ] as const)('%s is exact for each token', async (_, recipe, size) => {
    const model = classifier({ ...recipe, input: [...recipe.input!], head: [...recipe.head] })
    const { model: annotator, report } = toAnnotator(model)
    expect(report.exact).toBe(true)
    expect(report.features).toBe(features)
    const [, , h, w] = recipe.input! as [string, number, number, number]
    const check = await checkSurgery(model, annotator, report, images(2, h, w))
    expect(check.relativeError).toBeLessThan(exactTolerance)
    expect(check.mapSize).toEqual(size)
  })
})
