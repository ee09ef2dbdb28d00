/** Shapes of reductions over axes. */
import { intAttribute, intsAttribute } from '../node.ts'
import type { Call, Rule } from './fact.ts'
import { fact, fromFront, integersOf, typeOf, unknownDims } from './fact.ts'

/** Axes from an attribute (before opset 18) or an input; undefined: all; null: not known. */
function axesOf({ node, inputs }: Call): number[] | undefined | null {
  const listed = intsAttribute(node, 'axes')
  if (listed) return listed
  if (node.inputs[1] === undefined || node.inputs[1] === '') return undefined
  return integersOf(inputs[1]?.value) ?? null
}

const reduce: Rule = call => {
  const shape = call.inputs[0]?.shape
  if (!shape) return [fact(typeOf(call))]
  const keep = intAttribute(call.node, 'keepdims', 1) !== 0
  const axes = axesOf(call)
  if (axes === null) return [fact(typeOf(call), keep ? unknownDims(shape.length) : undefined)]
  const none = axes === undefined || axes.length === 0
  if (none && intAttribute(call.node, 'noop_with_empty_axes', 0) !== 0) return [fact(typeOf(call), shape)]
  const reduced = new Set(none ? shape.keys() : axes.map(axis => fromFront(axis, shape.length)))
  const kept = keep
    ? shape.map((dim, i) => (reduced.has(i) ? 1 : dim))
    : shape.filter((_, i) => !reduced.has(i))
  return [fact(typeOf(call), kept, foldProduct(call, kept.length))]
}

/** The product of a shape's elements, as exporters compute sizes. */
function foldProduct({ node, inputs }: Call, rank: number): (number | null)[] | undefined {
  const value = integersOf(inputs[0]?.value)
  if (!value || node.op !== 'ReduceProd' || inputs[0]?.shape?.length !== 1 || rank > 1) return undefined
  return [value.reduce((product, item) => product * item, 1)]
}

const argument: Rule = ({ node, inputs }) => {
  const shape = inputs[0]?.shape
  if (!shape) return [fact('int64')]
  const axis = fromFront(intAttribute(node, 'axis', 0), shape.length)
  const keep = intAttribute(node, 'keepdims', 1) !== 0
  return [
    fact('int64', keep ? shape.map((dim, i) => (i === axis ? 1 : dim)) : shape.filter((_, i) => i !== axis)),
  ]
}

const topK: Rule = call => {
  const { node, inputs } = call
  const shape = inputs[0]?.shape
  if (!shape) return [fact(typeOf(call)), fact('int64')]
  const axis = fromFront(intAttribute(node, 'axis', -1), shape.length)
  const k = inputs[1]?.value?.[0] ?? null
  const kept = shape.map((dim, i) => (i === axis ? k : dim))
  return [fact(typeOf(call), kept), fact('int64', kept)]
}

export const reduction: [string, Rule][] = [
  ...'ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare'
    .split(' ')
    .map((name): [string, Rule] => [name, reduce]),
  ['ArgMax', argument],
  ['ArgMin', argument],
  ['TopK', topK],
]
