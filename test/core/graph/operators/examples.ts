/** One call of every operator of the table, for the tests that hold all of them to ONNX Runtime. */
import type { Tensor } from '../../../../core/graph/model.ts'
import { float, type AttributeValue, tensorAttribute } from '../../../../core/graph/node.ts'
import { elements, floatTensor, intTensor, tensorOf } from '../../../../core/graph/tensor.ts'

export interface Example {
  inputs: Tensor[]
  attributes?: Record<string, AttributeValue>
  outputs?: number
  opset?: number
}

/** 0.1, 0.2, … 0.7, 0.1 … */
const ramp = (...dims: number[]): Tensor =>
  floatTensor(
    Array.from({ length: elements(dims) }, (_, i) => 0.1 + (i % 7) / 10),
    dims,
  )
const truths = (...values: number[]): Tensor => tensorOf('bool', values, [values.length])!
const bytes = (...values: number[]): Tensor => tensorOf('uint8', values, [values.length])!
const ints = intTensor
const number = (value: number): Tensor => intTensor([value], [])

const x = ramp(2, 3, 4, 5)
const channels = ramp(3)
const example = (
  inputs: Tensor[],
  attributes: Example['attributes'] = {},
  rest: Partial<Example> = {},
): Example => ({ inputs, attributes, ...rest })
const each = (names: string, of: Example): Record<string, Example> =>
  Object.fromEntries(names.split(' ').map(name => [name, of]))

const windowed = { kernel_shape: [2, 3], strides: [2, 1], pads: [1, 0, 0, 1] }

export const examples: Record<string, Example> = {
  ...each(
    'Relu LeakyRelu Sigmoid Tanh HardSigmoid HardSwish Elu Selu Celu Softplus Softsign ThresholdedRelu Shrink com.microsoft:Gelu com.microsoft:QuickGelu com.microsoft:FastGelu',
    example([x]),
  ),
  Clip: example([x, floatTensor([0.2], []), floatTensor([0.5], [])]),
  Mish: example([x], {}, { opset: 18 }),
  Gelu: example([x], {}, { opset: 20 }),
  Swish: example([x], {}, { opset: 24 }),
  'com.microsoft:BiasGelu': example([x, ramp(5)]),
  ...each(
    'Neg Exp Sqrt Reciprocal Erf Log Abs Floor Ceil Sign Round Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh',
    example([x]),
  ),
  CumSum: example([x, number(1)]),
  Trilu: example([x]),
  ...each('Add Sub Mul Div Pow Max Min Sum Mean PRelu', example([x, ramp(3, 1, 1)])),
  Mod: example([ints([7, -7, 5]), ints([3, 3, -2])]),
  BitShift: example([bytes(1, 2, 3), bytes(2)], { direction: 'LEFT' }),
  ...each(
    'Equal Less LessOrEqual Greater GreaterOrEqual',
    example([ints([1, 2, 3, 4, 5, 6], [2, 3]), ints([3, 2, 1])]),
  ),
  ...each('And Or Xor', example([truths(0, 0, 1, 1), truths(0, 1, 0, 1)])),
  Not: example([truths(0, 1)]),
  Where: example([truths(1, 0, 1), ints([1, 2, 3, 4, 5, 6], [2, 3]), ints([7])]),
  ...each('IsNaN IsInf', example([x])),
  Conv: example([x, ramp(4, 3, 3, 3)], { pads: [1, 0, 2, 1], strides: [2, 1], dilations: [1, 2] }),
  'com.microsoft:FusedConv': example([x, ramp(4, 3, 3, 3)], { activation: 'Relu' }),
  ConvTranspose: example([x, ramp(3, 2, 3, 3)], { strides: [2, 2], group: 3, output_padding: [1, 0] }),
  ...each('AveragePool LpPool', example([x], windowed)),
  MaxPool: example([x], windowed, { outputs: 2 }),
  ...each('GlobalAveragePool GlobalMaxPool GlobalLpPool', example([x])),
  Gemm: example([ramp(4, 6), ramp(5, 4), ramp(5)], { transA: 1, transB: 1, alpha: float(2) }),
  MatMul: example([ramp(2, 4, 3), ramp(3, 5)]),
  'com.microsoft:FusedMatMul': example([ramp(2, 3, 4), ramp(2, 3, 5)], { transA: 1 }),
  BatchNormalization: example([x, channels, channels, channels, channels]),
  LayerNormalization: example([x, ramp(5), ramp(5)], {}, { outputs: 3 }),
  SimplifiedLayerNormalization: example([x, ramp(5)]),
  RMSNormalization: example([x, ramp(5)], {}, { opset: 23 }),
  InstanceNormalization: example([x, channels, channels]),
  GroupNormalization: example([x, channels, channels], { num_groups: 3 }, { opset: 18 }),
  ...each('Softmax LogSoftmax Hardmax LpNormalization MeanVarianceNormalization', example([x])),
  LRN: example([x], { size: 3 }),
  ...each(
    'ReduceMean ReduceMax ReduceMin ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare',
    example([x], { axes: [1, -1], keepdims: 0 }),
  ),
  ReduceSum: example([x, ints([2])]),
  ReduceProd: example([ints([2, 3, 4])], { keepdims: 0 }),
  ...each('ArgMax ArgMin', example([x], { axis: 2 })),
  TopK: example([x, ints([2])], { axis: 2 }, { outputs: 2 }),
  Reshape: example([x, ints([0, -1, 2])]),
  Flatten: example([x], { axis: 2 }),
  Squeeze: example([ramp(2, 1, 3, 1), ints([1, -1])]),
  Unsqueeze: example([ramp(2, 3), ints([0, -1])]),
  Identity: example([x]),
  Transpose: example([x], { perm: [2, 0, 3, 1] }),
  Expand: example([ramp(3, 1, 5), ints([2, 1, 4, 1])]),
  Tile: example([x, ints([1, 2, 1, 3])]),
  DepthToSpace: example([ramp(2, 8, 3, 2)], { blocksize: 2 }),
  SpaceToDepth: example([ramp(2, 2, 4, 6)], { blocksize: 2 }),
  Resize: example([x, floatTensor([], [0]), floatTensor([1, 1, 2, 1.5], [4])]),
  Upsample: example([x, floatTensor([1, 1, 2, 3], [4])], {}, { opset: 9 }),
  Gather: example([x, ints([2, -1, 0, 1], [2, 2])], { axis: 1 }),
  GatherElements: example([ramp(2, 3), ints([0, 1, 1, 0], [2, 2])], { axis: 1 }),
  Concat: example([x, ramp(2, 2, 4, 5)], { axis: 1 }),
  Slice: example([x, ints([-1, 1]), ints([-100, 5]), ints([2, 3]), ints([-2, 2])]),
  Split: example([x, ints([1, 4])], { axis: -1 }, { outputs: 2 }),
  Pad: example([x, ints([0, 1, 0, 2, 0, 0, 3, 0]), floatTensor([0.5], [])]),
  Dropout: example([x], {}, { outputs: 2 }),
  Cast: example([floatTensor([1.7, -1.7, 3], [3])], { to: 7 }),
  Constant: example([], { value: tensorAttribute(ramp(2, 3)) }),
  Shape: example([x], { start: 1, end: -1 }),
  Size: example([x]),
  ConstantOfShape: example([ints([2, 3])], { value: tensorAttribute(ints([7])) }),
  Range: example([number(2), number(11), number(3)]),
}
