/** Operators of a head, by what becomes of them in an annotator. */

const set = (names: string): Set<string> => new Set(names.split(' '))

/** They only rename the axes of pooled features, so nothing is left of them. */
export const shapeOperators = set('Flatten Reshape Squeeze Unsqueeze Transpose Identity Dropout')

/** Each element on its own: possible in every cell, but not exchangeable with the mean. */
export const activations = set(
  'Relu Clip LeakyRelu Sigmoid HardSigmoid HardSwish Gelu Mish Elu Selu Celu Softplus Softsign Tanh Erf Exp Log Sqrt Reciprocal Abs ThresholdedRelu Swish',
)

/** Of two operands, either of which may be a constant. */
export const binaries = set('Add Sub Mul Div Pow')

/** Everything that can be applied to the features of a cell. */
export const perCellOperators = new Set([
  ...activations,
  ...binaries,
  ...set('Gemm MatMul Conv BatchNormalization LayerNormalization LpNormalization ReduceMean Neg Cast'),
])
