/** Reductions over axes: sums, means, extremes and their positions. */
import { addCell, inputCell, store } from '../cell/cells.ts'
import { refuse } from '../cell/refuse.ts'
import { constantInput, type Context, defineOutput, giveGradient, inputsOf } from '../gradient/context.ts'
import type { Node } from '../model.ts'
import { intAttribute, intsAttribute } from '../node.ts'
import { knownOf, listed } from '../shape/elements.ts'
import { fact, fromFront, integersOf, unknownDims } from '../shape/fact.ts'
import { elements, intTensor } from '../tensor.ts'
import { expand, reduce as reduced, reshape, scale } from '../writer.ts'
import { type Call, names, type Operator, typeOf } from './operator.ts'

const keepsAxes = (node: Node): boolean => intAttribute(node, 'keepdims', 1) !== 0
const mayReduceNothing = (node: Node): boolean => intAttribute(node, 'noop_with_empty_axes', 0) !== 0

/** Axes from an attribute (before opset 18) or an input; undefined: all; null: not known. */
function axesOf({ node, inputs }: Call): number[] | undefined | null {
  const listed = intsAttribute(node, 'axes')
  if (listed) return listed
  if (node.inputs[1] === undefined || node.inputs[1] === '') return undefined
  return integersOf(inputs[1]?.value) ?? null
}

const overAxes: Pick<Operator, 'shape' | 'dataInputs'> = {
  shape(call) {
    const shape = call.inputs[0]?.shape
    if (!shape) return [fact(typeOf(call))]
    const keep = keepsAxes(call.node)
    const axes = axesOf(call)
    if (axes === null) return [fact(typeOf(call), keep ? unknownDims(shape.length) : undefined)]
    const none = axes === undefined || axes.length === 0
    if (none && mayReduceNothing(call.node)) return [fact(typeOf(call), shape)]
    const gone = new Set(none ? shape.keys() : axes.map(axis => fromFront(axis, shape.length)))
    const kept = keep ? shape.map((dim, i) => (gone.has(i) ? 1 : dim)) : shape.filter((_, i) => !gone.has(i))
    return [fact(typeOf(call), kept)]
  },
  dataInputs: 1,
}

/** Differentiation of a mean or sum over axes, kept or dropped; an empty list of axes reduces nothing. */
export function reduction(
  op: 'ReduceMean' | 'ReduceSum',
  settings: (context: Context, node: Node, rank: number) => { axes: number[]; keep: boolean },
): NonNullable<Operator['gradient']> {
  return (context, node) => {
    const w = context.writer
    const [x] = inputsOf(context, node) as [string]
    const shape = w.shape(x)
    const { axes, keep } = settings(context, node, shape.length)
    defineOutput(
      context,
      node,
      axes.length === 0 ? x : reduced(w, op, x, axes, keep),
      node.inputs.slice(0, 1),
    )
    return ([gradient]) => {
      if (gradient === undefined) return
      giveGradient(context, node, 0, () => {
        const kept = shape.map((dim, i) => (axes.includes(i) ? 1 : dim))
        const count = op === 'ReduceMean' ? elements(axes.map(axis => shape[axis] as number)) : 1
        return expand(w, scale(w, reshape(w, gradient, kept), 1 / count), shape)
      })
    }
  }
}

/** An empty list means all axes, unless the node says that it means none. */
function givenAxes(context: Context, node: Node, rank: number): { axes: number[]; keep: boolean } {
  const given = intsAttribute(node, 'axes') ?? constantInput(context, node, 1) ?? []
  const all = given.length === 0 && !mayReduceNothing(node)
  return {
    axes: all ? Array.from({ length: rank }, (_, i) => i) : given.map(axis => fromFront(axis, rank)),
    keep: keepsAxes(node),
  }
}

const mean: Operator = {
  names: ['ReduceMean'],
  ...overAxes,
  gradient: reduction('ReduceMean', givenAxes),
  // The mean over the features, as in an exported LayerNorm.
  perCell: {
    kind: 'features',
    write(cells, node) {
      const cell = inputCell(cells, node)
      const asAttribute = intsAttribute(node, 'axes')
      const given = asAttribute ?? integersOf(cells.view.facts.get(node.inputs[1] ?? '')?.value)
      const axes = given?.map(axis => fromFront(axis, cell.rank))
      if (axes?.length !== 1 || axes[0] !== cell.axis || !keepsAxes(node))
        refuse(`ReduceMean "${node.name}" follows the pool in an unusual form`, [])
      // The axes are an input from opset 18 on, and an attribute before.
      const inputs = asAttribute
        ? [cell.name]
        : [cell.name, store(cells, `${node.name}_axis`, intTensor([1]))]
      const attributes = { keepdims: 1, ...(asAttribute ? { axes: [1] } : {}) }
      addCell(cells, node.outputs[0]!, { op: 'ReduceMean', inputs, attributes, cell: { ...cell, size: 1 } })
    },
  },
}

const sum: Operator = { names: ['ReduceSum'], ...overAxes, gradient: reduction('ReduceSum', givenAxes) }

/** The product of a shape's elements, as exporters compute sizes. */
const product: Operator = {
  names: ['ReduceProd'],
  ...overAxes,
  fold({ inputs }, [dims]) {
    const known = knownOf(inputs[0])
    const numbers = known && integersOf(listed(known))
    if (!dims || !numbers || known.dims.length !== 1 || dims.length > 1) return []
    if (elements(dims) !== 1) return [numbers]
    return [[numbers.reduce((product, item) => product * item, 1)]]
  },
}

const argument: Operator = {
  names: ['ArgMax', 'ArgMin'],
  shape({ node, inputs }) {
    const shape = inputs[0]?.shape
    if (!shape) return [fact('int64')]
    const axis = fromFront(intAttribute(node, 'axis', 0), shape.length)
    const kept = keepsAxes(node)
      ? shape.map((dim, i) => (i === axis ? 1 : dim))
      : shape.filter((_, i) => i !== axis)
    return [fact('int64', kept)]
  },
}

const topK: Operator = {
  names: ['TopK'],
  shape(call) {
    const shape = call.inputs[0]?.shape
    if (!shape) return [fact(typeOf(call)), fact('int64')]
    const axis = fromFront(intAttribute(call.node, 'axis', -1), shape.length)
    const k = call.inputs[1]?.value?.[0] ?? null
    const kept = shape.map((dim, i) => (i === axis ? k : dim))
    return [fact(typeOf(call), kept), fact('int64', kept)]
  },
}

export const reduce: readonly Operator[] = [
  mean,
  sum,
  product,
  {
    names: names('ReduceMax ReduceMin ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare'),
    ...overAxes,
  },
  argument,
  topK,
]
