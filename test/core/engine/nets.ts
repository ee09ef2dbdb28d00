/** Small networks and batches for tests of the trainer. */
import { random } from '../../../core/base/random.ts'
import type { Node, OnnxModel } from '../../../core/graph/model.ts'
import { node } from '../../../core/graph/node.ts'
import { floatTensor, scalar } from '../../../core/graph/tensor.ts'
import { normal } from '../graph/operators/gradients/check.ts'
import { classifier } from '../graph/training/tiny.ts'

export const classes = 3
export const input: [number, number, number] = [3, 4, 4]

const silu = (from: string, to: string): Node[] => [
  node('Sigmoid', [from], [`${to}.gate`]),
  node('Mul', [from, `${to}.gate`], [to]),
]

const batchNorm = (name: string, channels: number) => ({
  [`${name}.gamma`]: normal([channels], 21, 0.2, 1),
  [`${name}.beta`]: normal([channels], 22, 0.2),
  [`running_${name}.mean`]: normal([channels], 23, 0.2),
  [`running_${name}.var`]: floatTensor(new Float32Array(channels).fill(1.2), [channels]),
})
const normInputs = (x: string, name: string): string[] => [
  x,
  `${name}.gamma`,
  `${name}.beta`,
  `running_${name}.mean`,
  `running_${name}.var`,
]

/** Convolution, batch norm, SiLU, pooling, linear layer; smooth, so that differences are exact. */
export function normNet(): OnnxModel {
  return classifier(
    [
      node('Conv', ['x', 'k1'], ['a'], { pads: [1, 1, 1, 1] }),
      node('BatchNormalization', normInputs('a', 'bn'), ['b']),
      ...silu('b', 'y'),
    ],
    { k1: normal([4, 3, 3, 3], 13, 0.3), ...batchNorm('bn', 4) },
    { channels: 4 },
  )
}

/** The same without batch norm: its steps do not depend on how images are grouped. */
export function plainNet(): OnnxModel {
  return classifier(
    [node('Conv', ['x', 'k1', 'b1'], ['b'], { pads: [1, 1, 1, 1] }), ...silu('b', 'y')],
    { k1: normal([4, 3, 3, 3], 13, 0.3), b1: normal([4], 14, 0.2) },
    { channels: 4 },
  )
}

/** A weight that batch norm makes scale-invariant by channel, one that layer norm makes so as a whole, one that is not. */
export function threeBranchNet(): OnnxModel {
  return classifier(
    [
      node('Conv', ['x', 'k1'], ['a'], { pads: [1, 1, 1, 1] }),
      node('BatchNormalization', normInputs('a', 'bn'), ['b']),
      ...silu('b', 'c'),
      node('Conv', ['c', 'k2'], ['d']),
      node('LayerNormalization', ['d', 'ln.gamma', 'ln.beta'], ['e'], { axis: 1 }),
      ...silu('e', 'y'),
    ],
    {
      k1: normal([4, 3, 3, 3], 13, 0.3),
      ...batchNorm('bn', 4),
      k2: normal([4, 4, 3, 3], 15, 0.3),
      'ln.gamma': normal([4, 1, 1], 16, 0.1, 1),
      'ln.beta': normal([4, 1, 1], 17, 0.1),
    },
    { channels: 4 },
  )
}

/** A residual block of two 3×3 convolutions with a strided 1×1 shortcut, as in a small ResNet (with smooth activations). */
export function residualNet(): OnnxModel {
  return classifier(
    [
      node('Conv', ['x', 'k1'], ['a'], { pads: [1, 1, 1, 1], strides: [2, 2] }),
      node('BatchNormalization', normInputs('a', 'bn1'), ['b']),
      ...silu('b', 'c'),
      node('Conv', ['c', 'k2'], ['d'], { pads: [1, 1, 1, 1] }),
      node('BatchNormalization', normInputs('d', 'bn2'), ['e']),
      node('Conv', ['x', 'shortcut'], ['s'], { strides: [2, 2] }),
      node('Add', ['e', 's'], ['f']),
      ...silu('f', 'y'),
    ],
    {
      k1: normal([4, 3, 3, 3], 13, 0.3),
      ...batchNorm('bn1', 4),
      k2: normal([4, 4, 3, 3], 15, 0.3),
      ...batchNorm('bn2', 4),
      shortcut: normal([4, 3, 1, 1], 18, 0.5),
    },
    { channels: 4 },
  )
}

/** Convolution, ReLU, dropout, pooling, linear layer. */
export function dropoutNet(): OnnxModel {
  return classifier(
    [
      node('Conv', ['x', 'k1'], ['a'], { pads: [1, 1, 1, 1] }),
      node('BatchNormalization', normInputs('a', 'bn'), ['b']),
      node('Relu', ['b'], ['c']),
      node('Dropout', ['c', 'ratio'], ['y']),
    ],
    { k1: normal([4, 3, 3, 3], 13, 0.3), ...batchNorm('bn', 4), ratio: scalar(0.3) },
    { channels: 4 },
  )
}

/** Batch `index` of a stream: random images and soft targets (rows add up to one). */
export function batchOf(index: number, batch: number): { images: Float32Array; targets: Float32Array } {
  const draw = random(31, index)
  const images = Float32Array.from({ length: batch * input[0] * input[1] * input[2] }, () => draw.normal())
  const targets = new Float32Array(batch * classes)
  for (let n = 0; n < batch; n++) {
    const raw = Array.from({ length: classes }, () => draw.next() ** 2 + 0.01)
    const total = raw.reduce((a, b) => a + b, 0)
    raw.forEach((v, c) => (targets[n * classes + c] = v / total))
  }
  return { images, targets }
}
