/** Shapes of elementwise operators, and their values where they compute shapes. */
import { intAttribute } from '../node.ts'
import type { DataType, Dim } from '../model.ts'
import { elements } from '../tensor.ts'
import { dataTypeOf } from '../onnx/decode-tensor.ts'
import { addDim, broadcastShapes, divDim, mulDim } from './dim.ts'
import { isFixed, knownElements } from './fold.ts'
import type { Element, Fact, Rule } from './fact.ts'
import { fact, maxFolded, typeOf } from './fact.ts'

type Fold = (a: Element, b: Element, integer: boolean) => Element

const isInteger = (type: DataType): boolean => /^u?int/.test(type)
const truth = (value: boolean): number => (value ? 1 : 0)
const numbers =
  (compute: (a: number, b: number) => number): Fold =>
  (a, b) =>
    typeof a === 'number' && typeof b === 'number' ? compute(a, b) : null

/** Sizes are never negative, so a symbol differs from every negative number. */
const equal: Fold = (a, b) => {
  if (a === null || b === null) return null
  if (a === b) return 1
  if (typeof a === 'number' && typeof b === 'number') return 0
  return (typeof a === 'number' && a < 0) || (typeof b === 'number' && b < 0) ? 0 : null
}

const divide: Fold = (a, b, integer) => {
  if (typeof a === 'number' && typeof b === 'number') {
    if (!integer) return a / b
    return b === 0 ? null : Math.trunc(a / b)
  }
  return integer ? divDim(a, b) : null
}

/** Operators of two inputs that compute sizes. */
const folds: Record<string, Fold> = {
  Add: (a, b) => addDim(a, b),
  Sub: (a, b) => (b === 0 ? a : a !== null && a === b ? 0 : numbers((x, y) => x - y)(a, b, true)),
  Mul: (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return a * b
    return [a, b].some(x => typeof x === 'number' && (x < 0 || !Number.isInteger(x))) ? null : mulDim(a, b)
  },
  Div: divide,
  Equal: equal,
  Less: numbers((a, b) => truth(a < b)),
  LessOrEqual: numbers((a, b) => truth(a <= b)),
  Greater: numbers((a, b) => truth(a > b)),
  GreaterOrEqual: numbers((a, b) => truth(a >= b)),
  And: numbers((a, b) => truth(a !== 0 && b !== 0)),
  Or: numbers((a, b) => truth(a !== 0 || b !== 0)),
  Xor: numbers((a, b) => truth((a !== 0) !== (b !== 0))),
  Max: numbers(Math.max),
  Min: numbers(Math.min),
  Pow: numbers(Math.pow),
  Mod: numbers((a, b) => (b === 0 ? NaN : a - b * Math.floor(a / b))),
}

const comparisons = new Set([
  'Equal',
  'Less',
  'LessOrEqual',
  'Greater',
  'GreaterOrEqual',
  'And',
  'Or',
  'Xor',
  'Not',
])

/** Where element `index` of the output lies in an input that is broadcast to it. */
function sourceIndex(index: number, out: readonly number[], dims: readonly number[]): number {
  let at = 0
  let stride = 1
  let rest = index
  for (let i = out.length - 1; i >= 0; i--) {
    const position = rest % out[i]!
    rest = Math.floor(rest / out[i]!)
    const own = dims[i - out.length + dims.length]
    if (own === undefined) continue
    if (own !== 1) at += position * stride
    stride *= own
  }
  return at
}

/** Evaluates `compute` over broadcast inputs, where all of them are small and known. */
function foldAll(
  inputs: (Fact | undefined)[],
  shape: Dim[],
  compute: (values: Element[]) => Element,
): Element[] | undefined {
  if (!isFixed(shape) || elements(shape) > maxFolded) return undefined
  const sources: { dims: number[]; value: Element[] }[] = []
  for (const input of inputs) {
    const known = knownElements(input)
    if (!known) return undefined
    sources.push(known)
  }
  return Array.from({ length: elements(shape) }, (_, i) =>
    compute(sources.map(({ dims, value }) => value[sourceIndex(i, shape, dims)] ?? null)),
  )
}

function shapesOf(inputs: (Fact | undefined)[]): Dim[][] | undefined {
  const shapes = inputs.map(input => input?.shape)
  return shapes.every(shape => shape !== undefined) ? shapes : undefined
}

const broadcast: Rule = call => {
  const { inputs, node } = call
  const dataType = comparisons.has(node.op) ? 'bool' : typeOf(call)
  const shapes = shapesOf(inputs)
  if (!shapes) return [fact(dataType)]
  const shape = broadcastShapes(shapes)
  const fold = folds[node.op]
  const integer = isInteger(typeOf(call))
  const value =
    fold && inputs.length === 2
      ? foldAll(inputs, shape, ([a, b]) => fold(a ?? null, b ?? null, integer))
      : undefined
  return [fact(dataType, shape, value)]
}

const where: Rule = ({ inputs }) => {
  const dataType = inputs[1]?.dataType ?? 'other:0'
  const shapes = shapesOf(inputs)
  if (!shapes) return [fact(dataType)]
  const shape = broadcastShapes(shapes)
  const pick = ([test, yes, no]: Element[]): Element =>
    (test === null ? (yes === no ? yes : null) : test === 0 ? no : yes) ?? null
  return [fact(dataType, shape, foldAll(inputs, shape, pick))]
}

/** Operators of one input that compute sizes. */
const unaryFolds: Record<string, (x: number) => number> = {
  Neg: x => -x,
  Abs: Math.abs,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Sqrt: Math.sqrt,
  Not: x => truth(x === 0),
}

const unary: Rule = call => {
  const input = call.inputs[0]
  const dataType = comparisons.has(call.node.op) ? 'bool' : typeOf(call)
  const fold = unaryFolds[call.node.op]
  const value = fold && input?.value?.map(x => (typeof x === 'number' ? fold(x) : null))
  return [fact(dataType, input?.shape, value)]
}

const cast: Rule = ({ node, inputs }) => {
  const dataType = dataTypeOf(intAttribute(node, 'to', 0))
  const round = (x: Element): Element => (isInteger(dataType) && typeof x === 'number' ? Math.trunc(x) : x)
  return [fact(dataType, inputs[0]?.shape, inputs[0]?.value?.map(round))]
}

const identity: Rule = call => [call.inputs[0] ?? { dataType: 'other:0' }]

const dropout: Rule = call => {
  const input = call.inputs[0]
  return [fact(typeOf(call), input?.shape), fact('bool', input?.shape)]
}

const testsElement: Rule = call => [fact('bool', call.inputs[0]?.shape)]

const each = (names: string, rule: Rule): [string, Rule][] => names.split(' ').map(name => [name, rule])

const broadcasting =
  'Add Sub Mul Div Pow Mod Max Min Sum Mean And Or Xor PRelu BitShift Equal Less LessOrEqual Greater GreaterOrEqual'

/** Operators whose operands are broadcast against each other. */
export const binaryOperators: ReadonlySet<string> = new Set([...broadcasting.split(' '), 'Where'])

export const elementwise: [string, Rule][] = [
  ...each(broadcasting, broadcast),
  ...each('Where', where),
  ...each(
    'Relu Clip LeakyRelu Sigmoid HardSigmoid HardSwish Gelu com.microsoft:Gelu Mish Elu Selu Celu',
    unary,
  ),
  ...each(
    'Softplus Softsign ThresholdedRelu Tanh Exp Log Sqrt Reciprocal Neg Abs Sign Floor Ceil Round',
    unary,
  ),
  ...each('Erf Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Not Swish Shrink', unary),
  ...each('com.microsoft:QuickGelu com.microsoft:FastGelu com.microsoft:BiasGelu CumSum Trilu', unary),
  ...each('Softmax LogSoftmax Hardmax LpNormalization LRN MeanVarianceNormalization', unary),
  ...each('IsNaN IsInf', testsElement),
  ['Cast', cast],
  ['Identity', identity],
  ['Dropout', dropout],
]
