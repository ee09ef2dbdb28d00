/** Models that cannot become annotators: each is refused with the reason, and nothing else ever comes out of bad graphs. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RelabelError } from '../../../../core/base/error.ts'
import type { Node } from '../../../../core/graph/model.ts'
import { node } from '../../../../core/graph/node.ts'
import { decodeModel } from '../../../../core/graph/onnx/decode.ts'
import { encodeModel } from '../../../../core/graph/onnx/encode.ts'
import { toAnnotator } from '../../../../core/graph/surgery/to-annotator.ts'
import { intTensor } from '../../../../core/graph/tensor.ts'
import type { Recipe } from './small-classifier.ts'
import { classifier, features, normal, plainHead } from './small-classifier.ts'

function refusal(recipe: Recipe): RelabelError {
  try {
    toAnnotator(classifier(recipe))
  } catch (error) {
    if (error instanceof RelabelError) return error
    throw error
  }
  throw new Error('it was not refused')
}

const fixed = ['n', 3, 32, 32] as const
const gap = node('GlobalAveragePool', ['map'], ['p'])
const flatten = node('Flatten', ['p'], ['f'])
const gemm = (from: string, weight = 'fc.weight'): Node => node('Gemm', [from, weight], ['y'], { transB: 1 })
const toTokens = [
  node('Reshape', ['map', 'columns'], ['r']),
  node('Transpose', ['r'], ['patches'], { perm: [0, 2, 1] }),
  node('Concat', ['token', 'patches'], ['tokens'], { axis: 1 }),
]
const tokenTensors = {
  columns: intTensor([1, features, -1]),
  token: normal([1, 1, features]),
  start: intTensor([0]),
  end: intTensor([1]),
}
const norm = node('LayerNormalization', ['tokens', 'norm.weight', 'norm.bias'], ['l'])

const cases: [why: string, message: RegExp, recipe: Recipe][] = [
  [
    'a class token by Gather (ViT)',
    /class token.*averages the tokens works/,
    {
      input: [1, 3, 32, 32],
      tensors: tokenTensors,
      head: [...toTokens, norm, node('Gather', ['l', 'zero'], ['t'], { axis: 1 }), gemm('t')],
    },
  ],
  [
    'a class token by Slice and Squeeze',
    /class token/,
    {
      input: [1, 3, 32, 32],
      tensors: tokenTensors,
      head: [
        ...toTokens,
        norm,
        node('Slice', ['l', 'start', 'end', 'one.1'], ['s']),
        node('Squeeze', ['s', 'one.1'], ['t']),
        gemm('t'),
      ],
    },
  ],
  [
    'a mean over patches and a class token',
    /65 tokens are not a square grid.*class token/,
    {
      input: [1, 3, 32, 32],
      tensors: tokenTensors,
      head: [...toTokens, norm, node('ReduceMean', ['l'], ['t'], { axes: [1], keepdims: 0 }), gemm('t')],
    },
  ],
  [
    'tokens of no fixed number',
    /number of its tokens is not fixed/,
    {
      tensors: { columns: intTensor([0, features, -1]) },
      head: [
        node('Reshape', ['map', 'columns'], ['r']),
        node('Transpose', ['r'], ['t'], { perm: [0, 2, 1] }),
        node('ReduceMean', ['t'], ['p'], { axes: [1], keepdims: 0 }),
        gemm('p'),
      ],
    },
  ],
  [
    'one linear layer on the whole map',
    /a linear layer reads the whole feature map \[n, 12, 8, 8\] at once \(Flatten/,
    {
      input: [...fixed],
      tensors: { w: normal([7, 768]) },
      head: [node('Flatten', ['map'], ['f']), gemm('f', 'w')],
    },
  ],
  [
    'several linear layers on the whole map (VGG)',
    /2 linear layers read the whole feature map/,
    {
      input: [...fixed],
      tensors: { w: normal([10, 768]) },
      head: [
        node('Flatten', ['map'], ['f']),
        node('Gemm', ['f', 'w'], ['h'], { transB: 1 }),
        node('Relu', ['h'], ['a']),
        gemm('a', 'last.weight'),
      ],
    },
  ],
  [
    'max pooling',
    /takes the maximum over the map \(GlobalMaxPool\)/,
    { head: [node('GlobalMaxPool', ['map'], ['p']), flatten, gemm('f')] },
  ],
  [
    'average and maximum together',
    /GlobalMaxPool|only one of several ways/,
    {
      head: [
        gap,
        node('GlobalMaxPool', ['map'], ['q']),
        node('Add', ['p', 'q'], ['s']),
        node('Flatten', ['s'], ['f']),
        gemm('f'),
      ],
    },
  ],
  [
    'an average pool that does not cover the map',
    /reads the whole feature map \[n, 12, 2, 2\]/,
    {
      input: [...fixed],
      tensors: { w: normal([7, 48]) },
      head: [
        node('AveragePool', ['map'], ['p'], { kernel_shape: [4, 4], strides: [4, 4] }),
        flatten,
        gemm('f', 'w'),
      ],
    },
  ],
  [
    'an average pool that counts padding',
    /AveragePool of 8×8, is not a mean over the map \[n, 12, 8, 8\]/,
    {
      input: [...fixed],
      head: [
        node('AveragePool', ['map'], ['p'], {
          kernel_shape: [8, 8],
          pads: [1, 1, 1, 1],
          strides: [8, 8],
          count_include_pad: 1,
        }),
        flatten,
        gemm('f'),
      ],
    },
  ],
  [
    'attention pooling',
    /weighs positions by attention/,
    {
      input: [...fixed],
      tensors: { columns: intTensor([0, features, -1]), q: normal([1, 1]) },
      head: [
        node('Reshape', ['map', 'columns'], ['r']),
        node('ReduceMax', ['r'], ['k'], { axes: [1], keepdims: 0 }),
        node('Unsqueeze', ['k', 'axis.last'], ['a']),
        node('MatMul', ['r', 'a'], ['m']),
        node('Squeeze', ['m', 'axis.last'], ['f']),
        gemm('f'),
      ],
    },
  ],
  ['a map as the output', /has 4 dimensions/, { head: [node('Conv', ['map', 'fc.conv'], ['y'])] }],
  [
    'no head at all',
    /no pool was found before its logits; the end of the graph is .*Conv/,
    { input: [1, 3, 4, 4], head: [node('Squeeze', ['map', 'axes.hw'], ['y'])] },
  ],
  [
    'an operator of another domain in the head',
    /acme:Magic/,
    { head: [...plainHead.slice(0, 2), node('acme:Magic', ['f'], ['m']), gemm('m')] },
  ],
  [
    'a quantized last layer',
    /weights of Gemm .* are computed/,
    {
      tensors: { q: { dataType: 'uint8', dims: [7, features], raw: new Uint8Array(84) } },
      head: [gap, flatten, node('DequantizeLinear', ['q', 'half'], ['w']), gemm('f', 'w')],
    },
  ],
  ['an input that is not an image', /is not a batch of images/, { input: ['n', 3], head: plainHead }],
]

describe('refused', () => {
  it.each(cases)('%s', (_, message, recipe) => {
    const error = refusal(recipe)
    expect(error.message).toMatch(message)
    expect(error.code).toBe('unsupported')
  })

  it('two inputs, and an input of bytes', () => {
    const two = classifier({ head: plainHead })
    two.graph.inputs.push({ name: 'mask', dataType: 'float32', shape: [1] })
    expect(() => toAnnotator(two)).toThrow(/has "x" \[batch, 3, height, width\], "mask" \[1\]/)
    const bytes = classifier({ head: plainHead })
    bytes.graph.inputs[0]!.dataType = 'uint8'
    expect(() => toAnnotator(bytes)).toThrow(/takes uint8/)
  })

  it('an annotator is not turned again', () => {
    const { model } = toAnnotator(classifier({ head: plainHead }))
    expect(() => toAnnotator(model)).toThrow(/annotator already/)
  })

  it('features that do not fit the last layer', () => {
    const tensors = { 'fc.weight': normal([7, 5]) }
    expect(() => toAnnotator(classifier({ head: plainHead, tensors }))).toThrow(
      /takes 5 features, and the pool gives 12/,
    )
  })
})

describe('bad graphs', () => {
  it('cycles, missing and doubled values give the project’s error or an annotator', () => {
    const names = ['x', 'map', 'p', 'f', 'y', 'nowhere', '', 'fc.weight']
    const edit = fc.record({
      node: fc.nat(5),
      input: fc.nat(2),
      name: fc.constantFrom(...names),
      output: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), edits => {
        const model = classifier({ head: plainHead })
        for (const { node: at, input, name, output } of edits) {
          const edited = model.graph.nodes[at]!
          if (output) edited.outputs[0] = name
          else edited.inputs[input] = name
        }
        expectOwnError(() => toAnnotator(model))
      }),
      { numRuns: 500 },
    )
  })

  it('bit flips that still decode do too', () => {
    const bytes = encodeModel(classifier({ head: plainHead, input: [1, 3, 32, 32] }))
    const flips = fc.array(fc.nat(bytes.length * 8 - 1), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(flips, bits => {
        const broken = bytes.slice()
        // Most of the file are weights; fold the positions into its ends, where the structure is.
        for (const bit of bits) {
          const at = bit >> 3 < bytes.length / 2 ? (bit >> 3) % 300 : bytes.length - 1 - ((bit >> 3) % 300)
          broken[at]! ^= 1 << (bit & 7)
        }
        expectOwnError(() => toAnnotator(decodeModel(broken)))
      }),
      { numRuns: 1000 },
    )
  })
})

function expectOwnError(act: () => unknown): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof RelabelError)) throw error
  }
}
