/** Small classifiers with any head, for tests of the surgery. */
import { random } from '../../../../core/base/random.ts'
import type { FloatArray } from '../../../../core/engine/engine.ts'
import type { Dim, Node, OnnxModel, Tensor } from '../../../../core/graph/model.ts'
import { floatValue, modelOf, node } from '../../../../core/graph/node.ts'
import { elements, floatTensor, intTensor, scalar } from '../../../../core/graph/tensor.ts'

/** D features, C classes. */
export const features = 12
export const classes = 7

/** A tensor of normal numbers. */
export function normal(dims: number[], seed = 1, scale = 0.5): Tensor {
  const draw = random(seed, ...dims)
  return floatTensor(
    new Float32Array(elements(dims)).map(() => draw.normal() * scale),
    dims,
  )
}

/** Images [n, 3, h, w]. */
export function images(n: number, h: number, w: number): FloatArray {
  const draw = random(99)
  const shape = [n, 3, h, w]
  return { shape, data: new Float32Array(elements(shape)).map(() => draw.normal()) }
}

/** Tensors that heads refer to by name. */
export const headTensors: Record<string, Tensor> = {
  'fc.weight': normal([classes, features]),
  'fc.weight.t': normal([features, classes], 2),
  'fc.bias': normal([classes], 3),
  'fc.bias.row': normal([1, classes], 4),
  'fc.conv': normal([classes, features, 1, 1], 5),
  'hidden.weight': normal([10, features], 6),
  'hidden.bias': normal([10], 7),
  'last.weight': normal([classes, 10], 8),
  'norm.weight': normal([features], 9),
  'norm.bias': normal([features], 10),
  'norm.var': floatTensor(new Float32Array(features).fill(0.7), [features]),
  flat: intTensor([-1, features]),
  'flat.one': intTensor([1, features]),
  'axes.hw': intTensor([2, 3]),
  'axes.nhw': intTensor([-1, -2]),
  'axis.last': intTensor([-1]),
  'axis.1': intTensor([1]),
  zero: intTensor([0], []),
  'zero.1': intTensor([0]),
  'one.1': intTensor([1]),
  two: scalar(2),
  half: scalar(0.5),
  eps: scalar(1e-5),
  root2: scalar(Math.SQRT2),
  one: scalar(1),
}

/** What a test model is made of. */
export interface Recipe {
  /** From the feature map `map` [N, D, h, w] (a quarter of the image) to the output `y`. */
  head: Node[]
  /** Default: all symbolic. */
  input?: Dim[]
  opset?: number
  /** Further or other tensors. */
  tensors?: Record<string, Tensor>
  output?: string
}

/** Two strided convolutions, and the head. */
export function classifier({ head, input, opset = 17, tensors = {}, output = 'y' }: Recipe): OnnxModel {
  const all: Record<string, Tensor> = {
    ...headTensors,
    'c1.weight': normal([8, 3, 3, 3], 20, 0.3),
    'c2.weight': normal([features, 8, 3, 3], 21, 0.2),
    'c2.bias': normal([features], 22),
    ...tensors,
  }
  const nodes = [
    node('Conv', ['x', 'c1.weight'], ['c1'], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    node('Relu', ['c1'], ['r1']),
    node('Conv', ['r1', 'c2.weight', 'c2.bias'], ['map'], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    // Tests edit their model, not the head that others share.
    ...structuredClone(head),
  ]
  const used = new Set(nodes.flatMap(({ inputs }) => inputs))
  return modelOf(
    {
      name: 'classifier',
      nodes,
      inputs: [floatValue('x', input ?? ['batch', 3, 'height', 'width'])],
      outputs: [{ name: output, dataType: 'float32' }],
      values: [],
      initializers: new Map(Object.entries(all).filter(([name]) => used.has(name))),
    },
    opset,
  )
}

/** GlobalAveragePool → Flatten → Gemm. */
export const plainHead = [
  node('GlobalAveragePool', ['map'], ['p']),
  node('Flatten', ['p'], ['f']),
  node('Gemm', ['f', 'fc.weight', 'fc.bias'], ['y'], { transB: 1 }),
]
