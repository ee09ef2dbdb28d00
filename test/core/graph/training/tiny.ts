/** Small models for tests of the trainer. */
import type { Node, OnnxModel, Tensor } from '../../../../core/graph/model.ts'
import { floatValue, modelOf, node } from '../../../../core/graph/node.ts'
import { floatTensor, intTensor } from '../../../../core/graph/tensor.ts'
import { normal } from '../operators/gradients/check.ts'

/** x [2, 3, 4, 4] through `nodes` to y, averaged, to 3 classes; with the constants that the cases of the tests name. */
export function withConstants(nodes: Node[]): OnnxModel {
  return classifier(nodes, {
    rows: intTensor([0, 1]),
    pads: intTensor([0, 0, 1, 1, 0, 0, 1, 1]),
    sequence: intTensor([2, 3, 16]),
    kernel: normal([3, 3, 3], 1),
    gamma: normal([3], 2),
    beta: normal([3], 3),
    running_mean: normal([3], 4),
    running_var: floatTensor([1, 1, 1], [3]),
  })
}

/** x through `nodes` to y [B, 3, …], global average, linear layer to `classes`. */
export function classifier(
  nodes: Node[],
  weights: Record<string, Tensor>,
  { channels = 3, classes = 3 } = {},
): OnnxModel {
  return modelOf(
    {
      name: 'tiny',
      nodes: [
        ...nodes,
        node('GlobalAveragePool', ['y'], ['pooled']),
        node('Flatten', ['pooled'], ['flat']),
        node('Gemm', ['flat', 'fc.weight', 'fc.bias'], ['logits'], { transB: 1 }),
      ],
      inputs: [floatValue('x', ['batch', 3, 'height', 'width'])],
      outputs: [floatValue('logits', ['batch', classes])],
      values: [],
      initializers: new Map([
        ...Object.entries(weights),
        ['fc.weight', normal([classes, channels], 11, 0.5)],
        ['fc.bias', normal([classes], 12, 0.1)],
      ]),
    },
    20,
  )
}
