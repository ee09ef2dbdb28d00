/** Heads with a LayerNorm or an activation after the pool: named as approximations, and right in every cell. */
import { describe, expect, it } from 'vitest'
import { checkSurgery } from '../../../../core/annotator/check-surgery.ts'
import { node } from '../../../../core/graph/node.ts'
import { toAnnotator } from '../../../../core/graph/surgery/to-annotator.ts'
import type { Recipe } from './small-classifier.ts'
import { classifier, features, images, normal } from './small-classifier.ts'

/** As in heads.test.ts: float32 sums in another order. */
const exactTolerance = 1e-5

const gap = node('GlobalAveragePool', ['map'], ['p'])
const flatten = node('Flatten', ['p'], ['f'])
const gemm = (from: string): ReturnType<typeof node> =>
  node('Gemm', [from, 'fc.weight', 'fc.bias'], ['y'], { transB: 1 })

const nhwc = node('Transpose', ['p'], ['t'], { perm: [0, 2, 3, 1] })
/** LayerNorm written out, as exporters below opset 17 do; from opset 18 on the axes are an input. */
const decomposed = (from: string, to: string, axesInput = false): ReturnType<typeof node>[] => [
  axesInput
    ? node('ReduceMean', [from, 'axis.last'], ['mu'])
    : node('ReduceMean', [from], ['mu'], { axes: [-1] }),
  node('Sub', [from, 'mu'], ['d']),
  node('Pow', ['d', 'two'], ['sq']),
  axesInput
    ? node('ReduceMean', ['sq', 'axis.last'], ['var'])
    : node('ReduceMean', ['sq'], ['var'], { axes: [-1] }),
  node('Add', ['var', 'eps'], ['ve']),
  node('Sqrt', ['ve'], ['sd']),
  node('Div', ['d', 'sd'], ['nd']),
  node('Mul', ['nd', 'norm.weight'], ['nw']),
  node('Add', ['nw', 'norm.bias'], [to]),
]
const back = node('Transpose', ['ln'], ['tb'], { perm: [0, 3, 1, 2] })

const approximate: [name: string, head: string, recipe: Recipe][] = [
  [
    'LayerNorm',
    'GlobalAveragePool → Flatten → LayerNorm → Gemm',
    { head: [gap, flatten, node('LayerNormalization', ['f', 'norm.weight', 'norm.bias'], ['l']), gemm('l')] },
  ],
  [
    'LayerNorm',
    'GlobalAveragePool → Transpose → LayerNorm → Transpose → Flatten → Gemm',
    {
      head: [
        gap,
        nhwc,
        node('LayerNormalization', ['t', 'norm.weight', 'norm.bias'], ['ln']),
        back,
        node('Flatten', ['tb'], ['f']),
        gemm('f'),
      ],
    },
  ],
  [
    'LayerNorm',
    'GlobalAveragePool → Transpose → LayerNorm → Transpose → Flatten → Gemm',
    { head: [gap, nhwc, ...decomposed('t', 'ln'), back, node('Flatten', ['tb'], ['f']), gemm('f')] },
  ],
  [
    'LayerNorm',
    'GlobalAveragePool → Flatten → LayerNorm → Gemm',
    { opset: 18, head: [gap, flatten, ...decomposed('f', 'ln', true), gemm('ln')] },
  ],
  [
    'LpNorm',
    'GlobalAveragePool → Flatten → LpNorm → Gemm',
    { head: [gap, flatten, node('LpNormalization', ['f'], ['l'], { axis: 1 }), gemm('l')] },
  ],
  [
    'HardSwish',
    'GlobalAveragePool → Conv → HardSwish → Flatten → Gemm',
    {
      head: [
        gap,
        node('Conv', ['p', 'hidden.conv', 'hidden.bias'], ['h']),
        node('HardSwish', ['h'], ['a']),
        node('Flatten', ['a'], ['f']),
        node('Gemm', ['f', 'last.weight'], ['y'], { transB: 1 }),
      ],
      tensors: { 'hidden.conv': normal([10, features, 1, 1]) },
    },
  ],
  [
    'SiLU',
    'GlobalAveragePool → Flatten → Gemm → SiLU → Gemm',
    {
      head: [
        gap,
        flatten,
        node('Gemm', ['f', 'hidden.weight', 'hidden.bias'], ['h'], { transB: 1 }),
        node('Sigmoid', ['h'], ['s']),
        node('Mul', ['h', 's'], ['a']),
        node('Gemm', ['a', 'last.weight'], ['y'], { transB: 1 }),
      ],
    },
  ],
  [
    'Gelu',
    'GlobalAveragePool → Flatten → Gelu → Gemm',
    {
      head: [
        gap,
        flatten,
        node('Div', ['f', 'root2'], ['e0']),
        node('Erf', ['e0'], ['e']),
        node('Add', ['e', 'one'], ['e1']),
        node('Mul', ['f', 'e1'], ['e2']),
        node('Mul', ['e2', 'half'], ['g']),
        gemm('g'),
      ],
    },
  ],
]

describe('heads that are not affine', () => {
  it.each(approximate)('%s is named as an approximation: %s', async (name, head, recipe) => {
    const model = classifier(recipe)
    const { model: annotator, report } = toAnnotator(model)
    expect(report).toMatchObject({ head, exact: false })
    expect(report.approximation).toMatch(new RegExp(`^${name} acts in each cell`))
    // On an image of one cell the map is the classifier itself, so every operator was turned rightly.
    const single = await checkSurgery(model, annotator, report, images(3, 4, 4))
    expect(single.mapSize).toEqual([1, 1])
    expect(single.relativeError).toBeLessThan(exactTolerance)
    // On a larger one it is not, which is why it is called an approximation.
    const whole = await checkSurgery(model, annotator, report, images(3, 32, 32))
    expect(whole.relativeError).toBeGreaterThan(1e-3)
  })
})
