/** The operators that training can differentiate. */
import type { Rule } from '../gradient/context.ts'
import { arithmeticRules } from './rules/arithmetic.ts'
import { convolution } from './rules/convolution.ts'
import { dropout } from './rules/dropout.ts'
import { clipRule, elementwiseRules } from './rules/elementwise.ts'
import { batchNormalization, layerNormalization } from './rules/normalization.ts'
import { poolingRules } from './rules/pooling.ts'
import { gemm, matmulRule } from './rules/products.ts'
import { shapingRules } from './rules/shaping.ts'

/** Rules by operator name (ONNX's own domain). */
export const rules: Record<string, Rule> = {
  ...elementwiseRules,
  ...arithmeticRules,
  ...shapingRules,
  ...poolingRules,
  Clip: clipRule,
  Conv: convolution,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Gemm: gemm,
  MatMul: matmulRule,
  Dropout: dropout,
}

/** Operators that may appear where their result is known when the graph is built. */
export const constantOperators: readonly string[] = ['Constant', 'Shape', 'Gather', 'Slice', 'Cast']

/** Names of everything a student may consist of. */
export const supportedOperators: readonly string[] = [...Object.keys(rules), ...constantOperators].sort()
