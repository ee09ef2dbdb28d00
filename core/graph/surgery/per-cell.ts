/** Applying a head to every cell of a map: each operator on pooled features gets its counterpart on [N, D, h, w]. */
import { fail } from '../../base/error.ts'
import type { Attribute, Node, Tensor } from '../model.ts'
import { floatAttribute, intAttribute, intsAttribute, node as makeNode } from '../node.ts'
import { fromFront, integersOf } from '../shape/fact.ts'
import { elements } from '../tensor.ts'
import type { GraphView } from './graph-view.ts'
import { dataInputs } from './graph-view.ts'
import { activations, binaries, shapeOperators } from './operators.ts'
import { refuse } from './refuse.ts'
import { biasVector, scaled, transposed, withDims } from '../cell/weights.ts'

/** A value of the head and its per-cell form. */
interface Cell {
  /** The value [N, size, h, w] in the annotator. */
  name: string
  /** Rank of the pooled value, and its feature axis. */
  rank: number
  axis: number
  size: number | undefined
  /** Whether it is an affine function of the pooled features, so that the mean may be taken later. */
  affine: boolean
}

/** The rewritten head. */
export interface PerCell {
  nodes: Node[]
  initializers: Map<string, Tensor>
  /** The label map's value and class count. */
  result: string
  classes: number
  /** Nonlinear operators that now act in each cell. */
  nonlinear: string[]
}

/** Rewrites the operators `nodes`, which lead from the pooled value to `logits`. `fresh` makes unused names. */
export function perCell(
  view: GraphView,
  nodes: Node[],
  pooled: { value: string; map: string; rank: number; axis: number; size: number | undefined },
  logits: string,
  fresh: (hint: string) => string,
): PerCell {
  const cells = new Map<string, Cell>([
    [
      pooled.value,
      { name: pooled.map, rank: pooled.rank, axis: pooled.axis, size: pooled.size, affine: true },
    ],
  ])
  const out: Node[] = []
  const initializers = new Map<string, Tensor>()
  const nonlinear: string[] = []

  const input = (node: Node): Cell => {
    const name = dataInputs(view, node)[0]
    return (
      (name !== undefined && cells.get(name)) ||
      fail('unsupported', `the head's ${node.op} "${node.name}" reads no pooled features`)
    )
  }
  const store = (hint: string, tensor: Tensor): string => {
    const name = fresh(hint)
    initializers.set(name, tensor)
    return name
  }
  /** Adds an operator that makes `original`'s per-cell form. */
  function add(
    op: string,
    inputs: string[],
    original: string,
    attributes: Record<string, Attribute | number | number[]>,
    cell: Omit<Cell, 'name'>,
  ): void {
    const name = fresh(original)
    out.push(makeNode(op, inputs, [name], attributes))
    cells.set(original, { ...cell, name })
  }
  const constantOf = (node: Node, name: string): Tensor =>
    view.constant(name) ??
    refuse(
      `the weights of ${node.op} "${node.name}" are computed (${name}) and not stored, as in a quantized model`,
      ['Export the model in float32.'],
    )

  function convolution(
    node: Node,
    cell: Cell,
    weight: Tensor,
    bias: Tensor | undefined,
    names: string[],
  ): void {
    const [classes = 0, features = 0] = weight.dims
    if (cell.size !== undefined && cell.size !== features)
      fail(
        'bad-model',
        `${node.op} "${node.name}" takes ${features} features, and the pool gives ${cell.size}`,
      )
    const inputs = [cell.name, store(names[0]!, withDims(weight, [classes, features, 1, 1]))]
    if (bias) inputs.push(store(names[1]!, biasVector(bias, classes)))
    add(
      'Conv',
      inputs,
      node.outputs[0]!,
      { kernel_shape: [1, 1] },
      { ...cell, rank: 2, axis: 1, size: classes },
    )
  }

  function gemm(node: Node): void {
    const cell = input(node)
    const [, weightName = '', biasName = ''] = node.inputs
    if (
      view.isConstant(node.inputs[0] ?? '') ||
      intAttribute(node, 'transA', 0) !== 0 ||
      cell.rank !== 2 ||
      cell.axis !== 1
    )
      refuse(`Gemm "${node.name}" takes its features in an unusual order`, [])
    const stored = constantOf(node, weightName)
    if (stored.dims.length !== 2) fail('bad-model', `the weights of Gemm "${node.name}" are no matrix`)
    const weight = intAttribute(node, 'transB', 0) !== 0 ? stored : transposed(stored)
    const bias =
      biasName === '' ? undefined : scaled(constantOf(node, biasName), floatAttribute(node, 'beta', 1))
    convolution(node, cell, scaled(weight, floatAttribute(node, 'alpha', 1)), bias, [weightName, biasName])
  }

  function matMul(node: Node): void {
    const cell = input(node)
    const [left = '', weightName = ''] = node.inputs
    const stored = view.isConstant(left) ? undefined : constantOf(node, weightName)
    if (!stored || stored.dims.length !== 2 || cell.axis !== cell.rank - 1)
      return refuse(`MatMul "${node.name}" takes its features in an unusual order`, [])
    convolution(node, cell, transposed(stored), undefined, [weightName])
    const made = cells.get(node.outputs[0]!)!
    cells.set(node.outputs[0]!, { ...made, rank: cell.rank, axis: cell.axis })
  }

  function pointwise(node: Node): void {
    const cell = input(node)
    const weight = constantOf(node, node.inputs[1] ?? '')
    const plain = (key: string, value: number): boolean =>
      intsAttribute(node, key)?.every(x => x === value) ?? true
    const single = weight.dims.slice(2).every(dim => dim === 1)
    if (!single || weight.dims.length !== 4 || !plain('strides', 1) || !plain('pads', 0) || cell.axis !== 1)
      refuse(`Conv "${node.name}" after the pool is no 1×1 convolution`, [])
    add('Conv', [cell.name, ...node.inputs.slice(1)], node.outputs[0]!, node.attributes, {
      ...cell,
      size: weight.dims[0],
    })
  }

  /** A constant operand in the form that broadcasts against [N, D, h, w]. */
  function operand(node: Node, name: string, cell: Cell): { name: string; count: number } {
    const tensor = constantOf(node, name)
    const count = elements(tensor.dims)
    if (count === 1) return { name: store(name, withDims(tensor, [])), count }
    const axis = tensor.dims.length - (cell.rank - cell.axis)
    if (tensor.dims[axis] !== count || (cell.size !== undefined && cell.size !== 1 && count !== cell.size))
      refuse(
        `${node.op} "${node.name}" combines the features with a constant of shape [${tensor.dims.join(', ')}]`,
        [],
      )
    return { name: store(name, withDims(tensor, [count, 1, 1])), count }
  }

  function binary(node: Node): void {
    const [a = '', b = ''] = node.inputs
    const left = cells.get(a)
    const right = cells.get(b)
    const cell = left ?? right ?? input(node)
    if (node.op === 'Add' && (!left || !right) && addBias(node, cell, left ? b : a)) return
    const sides = [a, b].map((name, i) => (i === 0 ? left : right) ?? operand(node, name, cell))
    const both = left !== undefined && right !== undefined
    if (both && left.rank - left.axis !== right.rank - right.axis)
      refuse(`${node.op} "${node.name}" mixes axes`, [])
    const sum = node.op === 'Add' || node.op === 'Sub'
    const linear = sum || (!both && (node.op === 'Mul' || (node.op === 'Div' && left !== undefined)))
    const affine = linear && (left?.affine ?? true) && (right?.affine ?? true)
    if (!linear) nonlinear.push(node.op)
    const sizes = [left?.size, right?.size, ...sides.map(side => ('count' in side ? side.count : undefined))]
    const size = sizes.reduce((most, n) => (n === undefined ? most : Math.max(most ?? 0, n)), undefined)
    add(
      node.op,
      sides.map(side => side.name),
      node.outputs[0]!,
      node.attributes,
      { ...cell, size, affine },
    )
  }

  /** Puts the bias of `MatMul + Add` into the convolution; false where there is none without one. */
  function addBias(node: Node, cell: Cell, biasName: string): boolean {
    const conv = out.find(made => made.outputs[0] === cell.name)
    const only = dataInputs(view, node).every(name => view.readers.get(name) === 1)
    if (conv?.op !== 'Conv' || conv.inputs.length !== 2 || !only || cell.size === undefined) return false
    const bias = constantOf(node, biasName)
    if (bias.dims.length > cell.rank) return false
    conv.inputs.push(store(biasName, biasVector(bias, cell.size)))
    cells.set(node.outputs[0]!, cell)
    return true
  }

  function featureMean(node: Node): void {
    const cell = input(node)
    const listed = intsAttribute(node, 'axes') ?? integersOf(view.facts.get(node.inputs[1] ?? '')?.value)
    const axes = listed?.map(axis => fromFront(axis, cell.rank))
    if (axes?.length !== 1 || axes[0] !== cell.axis || intAttribute(node, 'keepdims', 1) === 0)
      refuse(`ReduceMean "${node.name}" follows the pool in an unusual form`, [])
    // The axes are an input from opset 18 on, and an attribute before.
    const asInput = intsAttribute(node, 'axes') === undefined
    const axis = {
      dataType: 'int64' as const,
      dims: [1],
      raw: new Uint8Array(new BigInt64Array([1n]).buffer),
    }
    const inputs = asInput ? [cell.name, store(`${node.name}_axis`, axis)] : [cell.name]
    const attributes = { keepdims: 1, ...(asInput ? {} : { axes: [1] }) }
    add('ReduceMean', inputs, node.outputs[0]!, attributes, { ...cell, size: 1 })
  }

  function layerNorm(node: Node): void {
    const cell = input(node)
    if (fromFront(intAttribute(node, 'axis', -1), cell.rank) !== cell.rank - 1 || cell.axis !== cell.rank - 1)
      refuse(`LayerNormalization "${node.name}" does not act on the features alone`, [])
    const [before, after] = [fresh(`${node.name}_in`), fresh(`${node.name}_out`)]
    out.push(makeNode('Transpose', [cell.name], [before], { perm: [0, 2, 3, 1] }))
    out.push(
      makeNode('LayerNormalization', [before, ...node.inputs.slice(1)], [after], {
        ...node.attributes,
        axis: -1,
      }),
    )
    nonlinear.push('LayerNorm')
    add('Transpose', [after], node.outputs[0]!, { perm: [0, 3, 1, 2] }, { ...cell, affine: false })
  }

  /** Only names of axes change; which axis the features have now follows from the shape. */
  function reshape(node: Node): void {
    const cell = input(node)
    const shape = view.facts.get(node.outputs[0]!)?.shape
    const rank = node.op === 'Flatten' ? 2 : (shape?.length ?? 2)
    let axis = 1
    if (node.op === 'Transpose')
      axis = (intsAttribute(node, 'perm') ?? [...Array(rank).keys()].reverse()).indexOf(cell.axis)
    else if (node.op === 'Identity' || node.op === 'Dropout') axis = cell.axis
    else if (rank > 2) axis = Math.max(1, shape?.findIndex((dim, i) => i > 0 && dim !== 1) ?? 1)
    if (rank < 2 || axis < 1) refuse(`${node.op} "${node.name}" moves the features to the batch axis`, [])
    cells.set(node.outputs[0]!, { ...cell, rank, axis })
  }

  function keepAttributes(node: Node, affine: boolean, attributes = node.attributes): void {
    const cell = input(node)
    if (node.op === 'BatchNormalization' && cell.axis !== 1)
      refuse(`BatchNormalization "${node.name}" does not act on the features`, [])
    if (!affine) nonlinear.push(node.op)
    add(node.op, [cell.name, ...node.inputs.slice(1)], node.outputs[0]!, attributes, {
      ...cell,
      affine: cell.affine && affine,
    })
  }

  for (const node of nodes) {
    if (shapeOperators.has(node.op)) reshape(node)
    else if (binaries.has(node.op)) binary(node)
    else if (activations.has(node.op)) keepAttributes(node, false)
    else if (node.op === 'Gemm') gemm(node)
    else if (node.op === 'MatMul') matMul(node)
    else if (node.op === 'Conv') pointwise(node)
    else if (node.op === 'ReduceMean') featureMean(node)
    else if (node.op === 'LayerNormalization') layerNorm(node)
    else if (node.op === 'LpNormalization')
      keepAttributes(node, false, { ...node.attributes, axis: { type: 'int', value: 1 } })
    else keepAttributes(node, true) // BatchNormalization, Neg, Cast
  }
  const last = cells.get(logits)
  if (!last) return fail('unsupported', `the head does not lead to "${logits}"`)
  const classes = last.size ?? fail('unsupported', `the number of classes of "${logits}" is not known`)
  return { nodes: out, initializers, result: last.name, classes, nonlinear: last.affine ? [] : nonlinear }
}
