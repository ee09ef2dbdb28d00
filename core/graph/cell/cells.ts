/**
 * State of rewriting a classifier's head so that it applies to every cell: the per-cell form of each pooled value, and
 * helpers that write new ones.
 */
import { fail } from '../../base/error.ts'
import type { Node, Tensor } from '../model.ts'
import { node as makeNode, type AttributeValue } from '../node.ts'
import type { Fact } from '../shape/fact.ts'
import { elements } from '../tensor.ts'
import { refuse } from './refuse.ts'
import { biasVector, withDims } from './weights.ts'

/** A value of the head and its per-cell form. */
export interface Cell {
  /** The value [N, size, h, w] in the annotator. */
  name: string
  /** Rank of the pooled value, and its feature axis. */
  rank: number
  axis: number
  size: number | undefined
  /** Whether it is an affine function of the pooled features, so that the mean may be taken later. */
  affine: boolean
}

/** Lookups in the classifier. */
export interface Lookup {
  facts: ReadonlyMap<string, Fact>
  /** How many nodes and outputs read a value. */
  readers: ReadonlyMap<string, number>
  /** Whether a value does not depend on the model's inputs. */
  isConstant(name: string): boolean
  /** The stored elements of a constant, through Identity and a matrix transpose; undefined where they are computed. */
  constant(name: string): Tensor | undefined
  /** The inputs of a node through which data flows. */
  dataInputs(node: Node): string[]
}

/** The head in the course of rewriting. */
export interface Cells {
  view: Lookup
  /** Per-cell forms by the pooled value's name. */
  cells: Map<string, Cell>
  nodes: Node[]
  initializers: Map<string, Tensor>
  /** Nonlinear operators that now act in each cell. */
  nonlinear: string[]
  /** Makes an unused name. */
  fresh(hint: string): string
}

/** The per-cell form of the features that a node reads. */
export function inputCell({ view, cells }: Cells, node: Node): Cell {
  const name = view.dataInputs(node)[0]
  return (
    (name !== undefined && cells.get(name)) ||
    fail('unsupported', `the head's ${node.op} "${node.name}" reads no pooled features`)
  )
}

/** Adds an initializer and returns its name. */
export function store({ fresh, initializers }: Cells, hint: string, tensor: Tensor): string {
  const name = fresh(hint)
  initializers.set(name, tensor)
  return name
}

/** The per-cell form of one output: the operator that makes it, and what it is. */
export interface Made {
  op: string
  inputs: string[]
  attributes: Record<string, AttributeValue>
  cell: Omit<Cell, 'name'>
}

/** Adds the operator that makes the per-cell form of `original`. */
export function addCell({ fresh, nodes, cells }: Cells, original: string, made: Made): void {
  const name = fresh(original)
  nodes.push(makeNode(made.op, made.inputs, [name], made.attributes))
  cells.set(original, { ...made.cell, name })
}

/** The elements of a constant input; refuses the model if they are computed. */
export function constantOf({ view }: Cells, node: Node, name: string): Tensor {
  return (
    view.constant(name) ??
    refuse(
      `the weights of ${node.op} "${node.name}" are computed (${name}) and not stored, as in a quantized model`,
      ['Export the model in float32.'],
    )
  )
}

/** A linear layer's weight [classes, features] and bias, and their new names. */
export interface Linear {
  weight: Tensor
  weightName: string
  bias?: Tensor | undefined
  biasName?: string
}

/** Adds the 1×1 convolution that a linear layer becomes. */
export function addConvolution(cells: Cells, node: Node, cell: Cell, linear: Linear): void {
  const { weight, bias, weightName, biasName = '' } = linear
  const [classes = 0, features = 0] = weight.dims
  if (cell.size !== undefined && cell.size !== features)
    fail('bad-model', `${node.op} "${node.name}" takes ${features} features, and the pool gives ${cell.size}`)
  const inputs = [cell.name, store(cells, weightName, withDims(weight, [classes, features, 1, 1]))]
  if (bias) inputs.push(store(cells, biasName, biasVector(bias, classes)))
  addCell(cells, node.outputs[0]!, {
    op: 'Conv',
    inputs,
    attributes: { kernel_shape: [1, 1] },
    cell: { ...cell, rank: 2, axis: 1, size: classes },
  })
}

/** A constant operand in the form that broadcasts against [N, D, h, w], and its number of elements. */
export function operand(cells: Cells, node: Node, name: string, cell: Cell): { name: string; count: number } {
  const tensor = constantOf(cells, node, name)
  const count = elements(tensor.dims)
  if (count === 1) return { name: store(cells, name, withDims(tensor, [])), count }
  const axis = tensor.dims.length - (cell.rank - cell.axis)
  if (tensor.dims[axis] !== count || (cell.size !== undefined && cell.size !== 1 && count !== cell.size))
    refuse(
      `${node.op} "${node.name}" combines the features with a constant of shape [${tensor.dims.join(', ')}]`,
      [],
    )
  return { name: store(cells, name, withDims(tensor, [count, 1, 1])), count }
}

/** Adds the same operator with its further inputs as they are; `affine` says whether it is an affine function. */
export function keepOperator(
  cells: Cells,
  node: Node,
  affine: boolean,
  attributes: Record<string, AttributeValue> = node.attributes,
): void {
  const cell = inputCell(cells, node)
  if (!affine) cells.nonlinear.push(node.op)
  addCell(cells, node.outputs[0]!, {
    op: node.op,
    inputs: [cell.name, ...node.inputs.slice(1)],
    attributes,
    cell: { ...cell, affine: cell.affine && affine },
  })
}

/** Removes an operator that only renames axes: the features are now on `axis` of `rank`. */
export function renameAxes(cells: Cells, node: Node, rank: number, axis: number): void {
  if (rank < 2 || axis < 1) refuse(`${node.op} "${node.name}" moves the features to the batch axis`, [])
  cells.cells.set(node.outputs[0]!, { ...inputCell(cells, node), rank, axis })
}
