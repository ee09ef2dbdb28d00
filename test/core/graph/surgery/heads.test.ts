/** Every head that docs/surgery.md names, run on the engine: the mean of the label map is the logits. */
import { describe, expect, it } from 'vitest'
import { checkSurgery } from '../../../../core/annotator/check-surgery.ts'
import { readOnnx } from '../../../../core/graph/files/read.ts'
import { decodeModel } from '../../../../core/graph/onnx/decode.ts'
import { encodeModel } from '../../../../core/graph/onnx/encode.ts'
import { float, node } from '../../../../core/graph/node.ts'
import { mapSize } from '../../../../core/graph/surgery/map-size.ts'
import { toAnnotator } from '../../../../core/graph/surgery/to-annotator.ts'
import { intTensor } from '../../../../core/graph/tensor.ts'
import { sharedFile } from '../../../shared.ts'
import type { Recipe } from './small-classifier.ts'
import { classes, classifier, features, headTensors, images, normal, plainHead } from './small-classifier.ts'

/** Means over at most 64 cells and sums over 12 features in float32, in another order: a few times 6e-8 of the largest term. */
const exactTolerance = 1e-5

const gap = node('GlobalAveragePool', ['map'], ['p'])
const flatten = node('Flatten', ['p'], ['f'])
const gemm = (from: string, to = 'y'): ReturnType<typeof node> =>
  node('Gemm', [from, 'fc.weight', 'fc.bias'], [to], { transB: 1 })

const exact: [head: string, recipe: Recipe][] = [
  ['GlobalAveragePool → Flatten → Gemm', { head: plainHead }],
  [
    'GlobalAveragePool → Flatten → Gemm',
    { head: [gap, flatten, node('Gemm', ['f', 'fc.weight'], ['y'], { transB: 1 })] },
  ],
  [
    'GlobalAveragePool → Flatten → Gemm',
    { head: [gap, flatten, node('Gemm', ['f', 'fc.weight.t', 'fc.bias'], ['y'])] },
  ],
  [
    'GlobalAveragePool → Flatten → Gemm',
    {
      head: [
        gap,
        flatten,
        node('Gemm', ['f', 'fc.weight', 'fc.bias.row'], ['y'], {
          transB: 1,
          alpha: float(0.5),
          beta: float(3),
        }),
      ],
    },
  ],
  [
    'GlobalAveragePool → Flatten → Gemm',
    { head: [gap, flatten, node('Gemm', ['f', 'fc.weight', 'half'], ['y'], { transB: 1 })] },
  ],
  [
    'ReduceMean → Reshape → Gemm',
    {
      head: [
        node('ReduceMean', ['map'], ['p'], { axes: [2, 3] }),
        node('Reshape', ['p', 'flat'], ['f']),
        gemm('f'),
      ],
    },
  ],
  [
    'ReduceMean → Flatten → Gemm',
    { opset: 18, head: [node('ReduceMean', ['map', 'axes.nhw'], ['p']), flatten, gemm('f')] },
  ],
  [
    'ReduceMean → Squeeze → Gemm',
    {
      head: [
        node('ReduceMean', ['map'], ['p'], { axes: [-1, -2] }),
        node('Squeeze', ['p', 'axes.hw'], ['f']),
        gemm('f'),
      ],
    },
  ],
  [
    'ReduceMean → Gemm',
    { head: [node('ReduceMean', ['map'], ['p'], { axes: [2, 3], keepdims: 0 }), gemm('p')] },
  ],
  [
    'ReduceMean → ReduceMean → Gemm',
    {
      head: [
        node('ReduceMean', ['map'], ['q'], { axes: [3], keepdims: 0 }),
        node('ReduceMean', ['q'], ['p'], { axes: [2], keepdims: 0 }),
        gemm('p'),
      ],
    },
  ],
  [
    'GlobalAveragePool → Conv → Flatten',
    { head: [gap, node('Conv', ['p', 'fc.conv', 'fc.bias'], ['c']), node('Flatten', ['c'], ['y'])] },
  ],
  [
    'GlobalAveragePool → Conv → Squeeze',
    { head: [gap, node('Conv', ['p', 'fc.conv'], ['c']), node('Squeeze', ['c', 'axes.hw'], ['y'])] },
  ],
  [
    'GlobalAveragePool → Flatten → MatMul + Add',
    {
      head: [gap, flatten, node('MatMul', ['f', 'fc.weight.t'], ['m']), node('Add', ['m', 'fc.bias'], ['y'])],
    },
  ],
  [
    'GlobalAveragePool → Flatten → MatMul + Add',
    {
      head: [gap, flatten, node('MatMul', ['f', 'fc.weight.t'], ['m']), node('Add', ['fc.bias', 'm'], ['y'])],
    },
  ],
  [
    'GlobalAveragePool → Flatten → MatMul',
    { head: [gap, flatten, node('MatMul', ['f', 'fc.weight.t'], ['y'])] },
  ],
  [
    'GlobalAveragePool → Flatten → MatMul + Add',
    {
      head: [
        gap,
        flatten,
        node('Transpose', ['fc.weight'], ['w'], { perm: [1, 0] }),
        node('MatMul', ['f', 'w'], ['m']),
        node('Add', ['m', 'fc.bias'], ['y']),
      ],
    },
  ],
  [
    'GlobalAveragePool → Flatten → Gemm',
    {
      head: [
        gap,
        flatten,
        node('Constant', [], ['w'], { value: { type: 'tensor', value: headTensors['fc.weight']! } }),
        node('Gemm', ['f', 'w', 'fc.bias'], ['y'], { transB: 1 }),
      ],
    },
  ],
  [
    'AveragePool → Flatten → Gemm',
    {
      input: ['n', 3, 32, 32],
      head: [node('AveragePool', ['map'], ['p'], { kernel_shape: [8, 8] }), flatten, gemm('f')],
    },
  ],
  [
    'GlobalAveragePool → Flatten → Dropout → Gemm',
    { head: [gap, flatten, node('Dropout', ['f'], ['d']), node('Identity', ['d'], ['i']), gemm('i')] },
  ],
  [
    'GlobalAveragePool → Flatten → BatchNormalization → Gemm',
    {
      head: [
        gap,
        flatten,
        node('BatchNormalization', ['f', 'norm.weight', 'norm.bias', 'norm.bias', 'norm.var'], ['b']),
        gemm('b'),
      ],
    },
  ],
  [
    'GlobalAveragePool → Flatten → Mul → Add → Gemm',
    {
      head: [
        gap,
        flatten,
        node('Mul', ['f', 'norm.weight'], ['a']),
        node('Add', ['norm.bias', 'a'], ['b']),
        gemm('b'),
      ],
    },
  ],
  [
    'GlobalAveragePool → Flatten → Gemm → Gemm',
    {
      head: [
        gap,
        flatten,
        node('Gemm', ['f', 'hidden.weight', 'hidden.bias'], ['g'], { transB: 1 }),
        node('Gemm', ['g', 'last.weight'], ['y'], { transB: 1 }),
      ],
    },
  ],
  [
    'GlobalAveragePool → Flatten → Gemm → Div',
    { head: [gap, flatten, gemm('f', 'l'), node('Div', ['l', 'two'], ['y'])] },
  ],
  [
    'Conv → GlobalAveragePool → Flatten',
    {
      head: [
        node('Conv', ['map', 'fc.conv'], ['c']),
        node('GlobalAveragePool', ['c'], ['p']),
        node('Flatten', ['p'], ['y']),
      ],
    },
  ],
  [
    'GlobalAveragePool → Reshape → Gemm',
    {
      head: [
        gap,
        node('Shape', ['p'], ['s']),
        node('Gather', ['s', 'zero'], ['n']),
        node('Unsqueeze', ['n', 'zero.1'], ['n1']),
        node('Concat', ['n1', 'axis.last'], ['t'], { axis: 0 }),
        node('Reshape', ['p', 't'], ['f']),
        gemm('f'),
      ],
    },
  ],
  [
    'ReduceMean → Gemm',
    {
      head: [
        node('Transpose', ['map'], ['t'], { perm: [0, 2, 3, 1] }),
        node('ReduceMean', ['t'], ['p'], { axes: [1, 2], keepdims: 0 }),
        gemm('p'),
      ],
    },
  ],
]

describe('exact heads', () => {
  it.each(exact)('%s (case %#)', async (head, recipe) => {
    const model = classifier(recipe)
    const before = encodeModel(model)
    const { model: annotator, report } = toAnnotator(model)
    expect(report).toMatchObject({ head, classes, exact: true, input: 'x', output: 'label_map', dropped: [] })
    expect(report.features).toBe(head.startsWith('Conv') ? classes : features)
    expect(report.inputShape.map(dim => typeof dim)).toEqual(['string', 'number', 'string', 'string'])
    expect(report.stride).toEqual([4, 4])
    const check = await checkSurgery(model, annotator, report, images(3, 32, 32))
    expect(check.relativeError).toBeLessThan(exactTolerance)
    expect(check.mapSize).toEqual([8, 8])
    expect(check.sameTop).toBe(1)
    expect(mapSize(annotator, [44, 60])).toEqual([11, 15])
    // What was given is as it was, and the annotator survives a file.
    expect(encodeModel(model)).toEqual(before)
    expect(decodeModel(encodeModel(annotator))).toEqual(annotator)
  })

  it('keeps the weights: same name, same bytes', () => {
    const model = classifier({ head: plainHead })
    const { graph } = toAnnotator(model).model
    const weight = graph.initializers.get('fc.weight')!
    expect(weight.dims).toEqual([classes, features, 1, 1])
    expect(weight.raw).toBe(model.graph.initializers.get('fc.weight')!.raw)
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Conv', 'Relu', 'Conv', 'Conv'])
    expect([...graph.initializers.keys()].sort()).toEqual([
      'c1.weight',
      'c2.bias',
      'c2.weight',
      'fc.bias',
      'fc.weight',
    ])
  })

  it.each(['Softmax', 'LogSoftmax', 'Sigmoid'])('drops a trailing %s', async op => {
    const head = [gap, flatten, gemm('f', 'l'), node(op, ['l'], ['y'])]
    const model = classifier({ head })
    const { model: annotator, report } = toAnnotator(model)
    expect(report).toMatchObject({ head: 'GlobalAveragePool → Flatten → Gemm', dropped: [op], logits: 'l' })
    const check = await checkSurgery(model, annotator, report, images(2, 24, 40))
    expect(check.relativeError).toBeLessThan(exactTolerance)
    expect(check.mapSize).toEqual([6, 10])
  })

  it('weights that serve twice keep their shape for the other use', async () => {
    const head = [
      ...plainHead.slice(0, 2),
      gemm('f', 'l'),
      node('Gemm', ['l', 'fc.weight'], ['g']),
      node('Gemm', ['g', 'fc.weight'], ['y'], { transB: 1 }),
    ]
    const model = classifier({ head })
    const { model: annotator, report } = toAnnotator(model)
    const check = await checkSurgery(model, annotator, report, images(2, 32, 32))
    expect(check.relativeError).toBeLessThan(exactTolerance)
  })

  it('takes channels last as TensorFlow exports them', async () => {
    const model = classifier({ head: plainHead, input: ['n', 'h', 'w', 3] })
    model.graph.nodes.unshift(node('Transpose', ['x'], ['nchw'], { perm: [0, 3, 1, 2] }))
    model.graph.nodes[1]!.inputs[0] = 'nchw'
    const { model: annotator, report } = toAnnotator(model)
    expect(report.inputShape).toEqual(['n', 3, 'h', 'w'])
    expect(report.warnings.join()).toMatch(/\[N, H, W, 3\]/)
    const check = await checkSurgery(model, annotator, report, images(2, 20, 36))
    expect(check.relativeError).toBeLessThan(exactTolerance)
  })

  it('chooses the output that has a head', () => {
    const model = classifier({ head: [...plainHead, node('Relu', ['map'], ['hidden_states'])] })
    model.graph.outputs.unshift({ name: 'hidden_states', dataType: 'float32' })
    expect(toAnnotator(model).report.logits).toBe('y')
  })
})

describe('sizes that an export fixed', () => {
  it('are freed where the graph allows', async () => {
    const model = classifier({ head: plainHead, input: [1, 3, 32, 32] })
    const { model: annotator, report } = toAnnotator(model)
    expect(report.inputShape).toEqual(['batch', 3, 'height', 'width'])
    expect(report.warnings).toEqual([])
    const check = await checkSurgery(model, annotator, report, images(1, 32, 32))
    expect(check.relativeError).toBeLessThan(exactTolerance)
  })

  it('stay where the graph needs them, and are named', async () => {
    const nodes = [
      node('Add', ['map', 'position'], ['q']),
      node('GlobalAveragePool', ['q'], ['p']),
      flatten,
      gemm('f'),
    ]
    const model = classifier({
      head: nodes,
      input: [1, 3, 32, 32],
      tensors: { position: normal([1, features, 8, 8]) },
    })
    const { model: annotator, report } = toAnnotator(model)
    expect(report.inputShape).toEqual(['batch', 3, 32, 32])
    expect(report.warnings).toEqual(['the export fixes the image size to 32×32'])
    expect(report.stride).toEqual([4, 4])
    expect(mapSize(annotator, [32, 32])).toEqual([8, 8])
    expect(mapSize(annotator, [64, 64])).toBeUndefined()
    expect((await checkSurgery(model, annotator, report, images(1, 32, 32))).relativeError).toBeLessThan(
      exactTolerance,
    )
  })

  it('an average pool of fixed size in an export with symbolic sizes is taken for the head, with a warning', async () => {
    const head = [node('AveragePool', ['map'], ['p'], { kernel_shape: [8, 8] }), flatten, gemm('f')]
    const model = classifier({ head })
    const { model: annotator, report } = toAnnotator(model)
    expect(report.warnings.join()).toMatch(/AveragePool of 8×8 is taken to cover the whole map/)
    const check = await checkSurgery(model, annotator, report, images(2, 32, 32))
    expect(check.relativeError).toBeLessThan(exactTolerance)
  })

  it('a batch that a reshape fixes inside is kept', () => {
    const nodes = [
      node('Reshape', ['map', 'shuffle'], ['a']),
      node('Transpose', ['a'], ['b'], { perm: [0, 2, 1, 3, 4] }),
      node('Reshape', ['b', 'back'], ['c']),
      node('GlobalAveragePool', ['c'], ['p']),
      flatten,
      gemm('f'),
    ]
    const tensors = { shuffle: intTensor([1, 2, 6, 8, 8]), back: intTensor([1, features, 8, 8]) }
    const { report } = toAnnotator(classifier({ head: nodes, input: [1, 3, 32, 32], tensors }))
    expect(report.inputShape).toEqual([1, 3, 32, 32])
    expect(report.warnings).toHaveLength(2)
  })
})

describe('the ImageNet model', () => {
  it.skipIf(!sharedFile('data'))('GlobalAveragePool → Flatten → Gemm, 15×15×1000 at 480', async () => {
    const model = await readOnnx(sharedFile('data/models/mobilenet_v1_075_imagenet.onnx')!)
    const { model: annotator, report } = toAnnotator(model)
    expect(report).toMatchObject({
      head: 'GlobalAveragePool → Flatten → Gemm',
      features: 768,
      classes: 1000,
      exact: true,
      stride: [32, 32],
      warnings: [],
    })
    expect(mapSize(annotator, [480, 480])).toEqual([15, 15])
    const check = await checkSurgery(model, annotator, report, images(1, 480, 480))
    expect(check.mapSize).toEqual([15, 15])
    expect(check.relativeError).toBeLessThan(1e-4)
  })
})
