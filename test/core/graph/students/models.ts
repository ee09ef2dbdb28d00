/** Small classifiers with every head and oddity that exporters produce, for the tests of fine-tuning. */
import { random } from '../../../../core/base/random.ts'
import type { Node, OnnxModel, Tensor } from '../../../../core/graph/model.ts'
import { floatValue, modelOf, node } from '../../../../core/graph/node.ts'
import { elements, floatTensor } from '../../../../core/graph/tensor.ts'

/** Normal noise as a weight. */
export function noise(dims: number[], seed = 1, scale = 0.3): Tensor {
  const source = random(seed)
  return floatTensor(
    Float32Array.from({ length: elements(dims) }, () => scale * source.normal()),
    dims,
  )
}

/** A 3×3 convolution to 6 channels, batch norm and ReLU named as PyTorch's exporter does, up to the value `features`. */
export function backbone(): { nodes: Node[]; weights: [string, Tensor][] } {
  const norm = ['weight', 'bias', 'running_mean', 'running_var'].map(part => `bn.${part}`)
  return {
    nodes: [
      node(
        'Conv',
        ['images', 'conv.weight'],
        ['a'],
        { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
        '/conv/Conv',
      ),
      node('BatchNormalization', ['a', ...norm], ['b'], {}, '/bn/BatchNormalization'),
      node('Relu', ['b'], ['features'], {}, '/relu/Relu'),
    ],
    weights: [
      ['conv.weight', noise([6, 3, 3, 3], 2)],
      ['bn.weight', noise([6], 3)],
      ['bn.bias', noise([6], 4)],
      ['bn.running_mean', noise([6], 5)],
      ['bn.running_var', floatTensor([1, 2, 1, 0.5, 1, 3], [6])],
    ],
  }
}

/** The backbone with a head from `features` [batch, 6, H, W] to `out` [batch, 4]. */
export function classifier(
  head: Node[],
  weights: [string, Tensor][],
  shape = ['batch', 3, 'height', 'width'],
): OnnxModel {
  const { nodes, weights: below } = backbone()
  return modelOf({
    name: 'classifier',
    nodes: [...nodes, ...head],
    inputs: [floatValue('images', shape)],
    outputs: [floatValue('out', ['batch', 4])],
    values: [],
    initializers: new Map([...below, ...weights]),
  })
}

export const pooled = (): Node[] => [
  node('GlobalAveragePool', ['features'], ['pool']),
  node('Flatten', ['pool'], ['flat'], { axis: 1 }),
]

const w = (dims: number[]): [string, Tensor] => ['fc.weight', noise(dims, 6)]
const b: [string, Tensor] = ['fc.bias', noise([4], 7)]

/** A model for each head that has to be found. */
export const heads: Record<string, () => OnnxModel> = {
  'Gemm with transB': () =>
    classifier(
      [...pooled(), node('Gemm', ['flat', 'fc.weight', 'fc.bias'], ['out'], { transB: 1 }, '/fc/Gemm')],
      [w([4, 6]), b],
    ),
  'Gemm without transB': () =>
    classifier([...pooled(), node('Gemm', ['flat', 'fc.weight', 'fc.bias'], ['out'])], [w([6, 4]), b]),
  'Gemm without bias': () =>
    classifier([...pooled(), node('Gemm', ['flat', 'fc.weight'], ['out'], { transB: 1 })], [w([4, 6])]),
  'MatMul and Add': () =>
    classifier(
      [
        ...pooled(),
        node('MatMul', ['flat', 'fc.weight'], ['product']),
        node('Add', ['fc.bias', 'product'], ['out']),
      ],
      [w([6, 4]), b],
    ),
  MatMul: () => classifier([...pooled(), node('MatMul', ['flat', 'fc.weight'], ['out'])], [w([6, 4])]),
  'MatMul with a transposed weight': () =>
    classifier(
      [
        ...pooled(),
        node('Transpose', ['fc.weight'], ['turned'], { perm: [1, 0] }),
        node('MatMul', ['flat', 'turned'], ['product']),
        node('Add', ['product', 'fc.bias'], ['out']),
      ],
      [w([4, 6]), b],
    ),
  '1×1 Conv, then Flatten': () =>
    classifier(
      [
        node('GlobalAveragePool', ['features'], ['pool']),
        node('Conv', ['pool', 'fc.weight', 'fc.bias'], ['logits'], { kernel_shape: [1, 1] }),
        node('Flatten', ['logits'], ['out'], { axis: 1 }),
      ],
      [w([4, 6, 1, 1]), b],
    ),
  '1×1 Conv, then the pool and a Reshape to fixed sizes': () =>
    classifier(
      [
        node('Conv', ['features', 'fc.weight', 'fc.bias'], ['map'], { kernel_shape: [1, 1] }),
        node('GlobalAveragePool', ['map'], ['logits']),
        node('Constant', [], ['sizes'], {
          value: {
            type: 'tensor',
            value: { dataType: 'int64', dims: [2], raw: new Uint8Array(BigInt64Array.of(-1n, 4n).buffer) },
          },
        }),
        node('Reshape', ['logits', 'sizes'], ['out']),
      ],
      [w([4, 6, 1, 1]), b],
    ),
}
