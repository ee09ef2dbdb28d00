/** Add, Sub, Mul, Div, Pow and similar operators, whose two (or more) operands are broadcast. */
import { fail } from '../../base/error.ts'
import { addCell, type Cell, type Cells, constantOf, inputCell, operand, store } from '../cell/cells.ts'
import { refuse } from '../cell/refuse.ts'
import { biasVector } from '../cell/weights.ts'
import { constantInput, defineOutput, giveGradient, inputsOf } from '../gradient/context.ts'
import type { Node } from '../model.ts'
import { addDim, divDim, mulDim } from '../shape/dim.ts'
import { add, div, mul, scale, sub, sumTo, unary, type Writer } from '../writer.ts'
import { broadcasting, type Fold, foldPair, ofNumbers } from './broadcasting.ts'
import { names, type Operator, type Parameters, type PerCell } from './operator.ts'

const addition: Fold = (a, b) => addDim(a, b)

const subtraction: Fold = (a, b) =>
  b === 0 ? a : a !== null && a === b ? 0 : ofNumbers((x, y) => x - y)(a, b, true)

const multiplication: Fold = (a, b) => {
  if (typeof a === 'number' && typeof b === 'number') return a * b
  return [a, b].some(x => typeof x === 'number' && (x < 0 || !Number.isInteger(x))) ? null : mulDim(a, b)
}

const division: Fold = (a, b, integer) => {
  if (typeof a === 'number' && typeof b === 'number') {
    if (!integer) return a / b
    return b === 0 ? null : Math.trunc(a / b)
  }
  return integer ? divDim(a, b) : null
}

type Side = (w: Writer, gradient: string, a: string, b: string, y: string) => string

/** Differentiation of y = f(a, b): the gradient of each operand, summed over broadcast axes. */
function sides(
  forward: (w: Writer, a: string, b: string) => string,
  left: Side,
  right: Side,
): Pick<Operator, 'gradient'> {
  return {
    gradient(context, node) {
      const w = context.writer
      const [a, b] = inputsOf(context, node) as [string, string]
      const y = forward(w, a, b)
      defineOutput(context, node, y)
      return ([gradient]) => {
        if (gradient === undefined) return
        giveGradient(context, node, 0, () => sumTo(w, left(w, gradient, a, b, y), w.shape(a)))
        giveGradient(context, node, 1, () => sumTo(w, right(w, gradient, a, b, y), w.shape(b)))
      }
    },
  }
}

const pass: Side = (_w, gradient) => gradient

/**
 * Moves the bias of `MatMul + Add` into the convolution that replaced the product; false if there is no such
 * convolution without a bias.
 */
function addBias(cells: Cells, node: Node, cell: Cell, biasName: string): boolean {
  const conv = cells.nodes.find(made => made.outputs[0] === cell.name)
  const only = cells.view.dataInputs(node).every(name => cells.view.readers.get(name) === 1)
  if (conv?.op !== 'Conv' || conv.inputs.length !== 2 || !only || cell.size === undefined) return false
  const bias = constantOf(cells, node, biasName)
  if (bias.dims.length > cell.rank) return false
  conv.inputs.push(store(cells, biasName, biasVector(bias, cell.size)))
  cells.cells.set(node.outputs[0]!, cell)
  return true
}

/** Per cell: affine if features are added, or scaled by a constant. */
const inCell: PerCell = {
  kind: 'features',
  write(cells, node) {
    const [a = '', b = ''] = node.inputs
    const left = cells.cells.get(a)
    const right = cells.cells.get(b)
    const cell = left ?? right ?? inputCell(cells, node)
    if (node.op === 'Add' && (!left || !right) && addBias(cells, node, cell, left ? b : a)) return
    const both = left !== undefined && right !== undefined
    const operands = [left ?? operand(cells, node, a, cell), right ?? operand(cells, node, b, cell)]
    if (both && left.rank - left.axis !== right.rank - right.axis)
      refuse(`${node.op} "${node.name}" mixes axes`, [])
    const sum = node.op === 'Add' || node.op === 'Sub'
    const linear = sum || (!both && (node.op === 'Mul' || (node.op === 'Div' && left !== undefined)))
    const affine = linear && (left?.affine ?? true) && (right?.affine ?? true)
    if (!linear) cells.nonlinear.push(node.op)
    const counts = operands.map(side => ('count' in side ? side.count : undefined))
    const size = [left?.size, right?.size, ...counts].reduce(
      (most, n) => (n === undefined ? most : Math.max(most ?? 0, n)),
      undefined,
    )
    const inputs = operands.map(side => side.name)
    const attributes = node.attributes
    addCell(cells, node.outputs[0]!, { op: node.op, inputs, attributes, cell: { ...cell, size, affine } })
  },
}

/** An operand with more than one element is trained, unless it normalises the images. */
const parameters: Parameters = { inputs: 'all', onImages: true }

const pow: Operator = {
  names: ['Pow'],
  ...broadcasting,
  fold: foldPair(ofNumbers(Math.pow)),
  perCell: inCell,
  gradient(context, node) {
    const w = context.writer
    const [x] = inputsOf(context, node) as [string]
    const exponent =
      constantInput(context, node, 1) ?? fail('bad-model', `Pow node "${node.name}" has no exponent`)
    if (exponent.length !== 1)
      fail('unsupported', `Pow node "${node.name}": training needs one constant exponent`)
    const p = exponent[0] as number
    const power = (k: number): string =>
      k === 1 ? x : k === 2 ? mul(w, x, x) : w.emit('Pow', [x, w.scalar(k)], w.shape(x))
    defineOutput(context, node, power(p), node.inputs.slice(0, 1))
    return ([gradient]) => {
      if (gradient === undefined || p === 0) return
      giveGradient(context, node, 0, () => (p === 1 ? gradient : mul(w, gradient, scale(w, power(p - 1), p))))
    }
  },
}

export const arithmetic: readonly Operator[] = [
  {
    names: ['Add'],
    ...broadcasting,
    fold: foldPair(addition),
    ...sides(add, pass, pass),
    perCell: inCell,
    parameters,
  },
  {
    names: ['Sub'],
    ...broadcasting,
    fold: foldPair(subtraction),
    ...sides(sub, pass, (w, g) => unary(w, 'Neg', g)),
    perCell: inCell,
    parameters,
  },
  {
    names: ['Mul'],
    ...broadcasting,
    fold: foldPair(multiplication),
    ...sides(
      mul,
      (w, g, _a, b) => mul(w, g, b),
      (w, g, a) => mul(w, g, a),
    ),
    perCell: inCell,
    parameters,
  },
  {
    names: ['Div'],
    ...broadcasting,
    fold: foldPair(division),
    ...sides(
      div,
      (w, g, _a, b) => div(w, g, b),
      (w, g, _a, b, y) => unary(w, 'Neg', div(w, mul(w, g, y), b)),
    ),
    perCell: inCell,
    parameters,
  },
  pow,
  { names: ['Max'], ...broadcasting, fold: foldPair(ofNumbers(Math.max)) },
  { names: ['Min'], ...broadcasting, fold: foldPair(ofNumbers(Math.min)) },
  {
    names: ['Mod'],
    ...broadcasting,
    fold: foldPair(ofNumbers((a, b) => (b === 0 ? NaN : a - b * Math.floor(a / b)))),
  },
  { names: names('Sum Mean PRelu BitShift'), ...broadcasting },
]
