/** Computes what depends on no input, such as the padding that PyTorch exports as a dozen nodes, ahead of training. */
import type { Graph, Node, Tensor } from '../../model.ts'
import { dataTypes } from '../../model.ts'
import { floatAttribute, intAttribute, intsAttribute, node, tensorAttribute } from '../../node.ts'
import { elements, floatTensor, intTensor, toFloat32, toNumbers } from '../../tensor.ts'
import { concatenate, pick, stridesOf } from './pick.ts'

/** Nothing that is computed at build time is larger, weights that are merely rearranged apart. */
const limit = 1_000_000

const whole = new Set(['int64', 'int32', 'uint8', 'int8', 'bool'])

/** The tensor in a Constant node; undefined for text and sparse ones. */
export function constantTensor(of: Node): Tensor | undefined {
  const { value, value_float: single, value_int: integer, value_floats: list } = of.attributes
  if (value?.type === 'tensor') return value.value
  if (single) return floatTensor([floatAttribute(of, 'value_float', 0)], [])
  if (integer) return intTensor([intAttribute(of, 'value_int', 0)], [])
  if (list?.type === 'floats') return floatTensor(list.value, [list.value.length])
  const integers = intsAttribute(of, 'value_ints')
  return integers && intTensor(integers)
}

const arithmetic: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
}

/** Shapes and scalars only: weights that are scaled by other weights are to be trained as they are written. */
function calculate(op: string, a: Tensor, b: Tensor): Tensor | undefined {
  const apply = arithmetic[op]
  const [n, m] = [elements(a.dims), elements(b.dims)]
  const integers = a.dataType === 'int64' && b.dataType === 'int64'
  if (!apply || a.dataType !== b.dataType || (!integers && (n > 1 || m > 1))) return undefined
  if (n > limit || m > limit || (n !== m && n !== 1 && m !== 1)) return undefined
  const dims = n > m || (n === m && a.dims.length >= b.dims.length) ? a.dims : b.dims
  const [x, y] = [toNumbers(a), toNumbers(b)]
  const values = Array.from({ length: Math.max(n, m) }, (_, i) =>
    apply(x[n === 1 ? 0 : i]!, y[m === 1 ? 0 : i]!),
  )
  if (!values.every(Number.isFinite)) return undefined
  if (integers) return intTensor(values.map(Math.trunc), dims)
  return a.dataType === 'float32' ? floatTensor(values, dims) : undefined
}

function cast(tensor: Tensor, to: number): Tensor | undefined {
  if (to === dataTypes.float32) return floatTensor(toFloat32(tensor), tensor.dims)
  if (to !== dataTypes.int64 && to !== dataTypes.int32) return undefined
  const numbers = toNumbers(tensor).map(Math.trunc)
  // Shapes are int64 to every operator that reads them; int32 on the way there is kept as int64.
  return numbers.every(Number.isFinite) ? intTensor(numbers, tensor.dims) : undefined
}

function slice(of: Node, inputs: readonly Tensor[]): Tensor | undefined {
  const [tensor, ...rest] = inputs as [Tensor, ...Tensor[]]
  const [first, last, axes, steps] = rest.map(toNumbers)
  const starts = first ?? intsAttribute(of, 'starts') ?? []
  const ends = last ?? intsAttribute(of, 'ends') ?? []
  const along = axes ?? intsAttribute(of, 'axes') ?? starts.map((_, i) => i)
  const dims = [...tensor.dims]
  const strides = stridesOf(dims)
  let offset = 0
  for (const [i, given] of along.entries()) {
    const axis = given < 0 ? given + dims.length : given
    const [size, step] = [dims[axis], steps?.[i] ?? 1]
    if (size === undefined || step === 0) return undefined
    const place = (value: number, low: number, high: number) =>
      Math.min(Math.max(value < 0 ? value + size : value, low), high)
    const start = step > 0 ? place(starts[i]!, 0, size) : place(starts[i]!, 0, size - 1)
    const end = step > 0 ? place(ends[i]!, 0, size) : place(ends[i]!, -1, size - 1)
    offset += start * strides[axis]!
    dims[axis] = Math.max(0, Math.ceil((end - start) / step))
    strides[axis] = strides[axis]! * step
  }
  return pick(tensor, dims, strides, offset)
}

function gather(of: Node, tensor: Tensor, indices: Tensor): Tensor | undefined {
  const given = intAttribute(of, 'axis', 0)
  const axis = given < 0 ? given + tensor.dims.length : given
  const size = tensor.dims[axis]
  if (size === undefined || indices.dims.length > 1) return undefined
  const one = elements(tensor.dims.with(axis, 1))
  if (elements(indices.dims) * one > Math.max(limit, elements(tensor.dims))) return undefined
  const strides = stridesOf(tensor.dims)
  const parts = toNumbers(indices).map(index => {
    const at = index < 0 ? index + size : index
    return at >= 0 && at < size
      ? pick(tensor, tensor.dims.with(axis, 1), strides, at * strides[axis]!)
      : undefined
  })
  if (parts.length === 0 || !parts.every(part => part !== undefined)) return undefined
  const joined = concatenate(parts, axis)
  return indices.dims.length === 0 ? { ...joined, dims: joined.dims.toSpliced(axis, 1) } : joined
}

function reshape(of: Node, tensor: Tensor, wanted: readonly number[]): Tensor | undefined {
  const zeros = intAttribute(of, 'allowzero', 0) === 1
  const dims = wanted.map((dim, i) => (dim === 0 && !zeros ? (tensor.dims[i] ?? 0) : dim))
  const known = elements(dims.filter(dim => dim !== -1))
  const free = dims.indexOf(-1)
  if (free >= 0) dims[free] = known === 0 ? 0 : elements(tensor.dims) / known
  return elements(dims) === elements(tensor.dims) && dims.every(Number.isInteger)
    ? { ...tensor, dims }
    : undefined
}

function unsqueeze(tensor: Tensor, axes: readonly number[]): Tensor {
  const rank = tensor.dims.length + axes.length
  const places = axes.map(axis => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b)
  const dims = [...tensor.dims]
  for (const place of places) dims.splice(place, 0, 1)
  return { ...tensor, dims }
}

function squeeze(tensor: Tensor, axes: readonly number[] | undefined): Tensor {
  const places = axes?.map(axis => (axis < 0 ? axis + tensor.dims.length : axis))
  return { ...tensor, dims: tensor.dims.filter((dim, i) => (places ? !places.includes(i) : dim !== 1)) }
}

/** Shapes are joined ahead; tensors of floats, such as a class token and others, stay apart for training. */
function concat(inputs: readonly Tensor[], given: number): Tensor | undefined {
  const [first] = inputs as [Tensor, ...Tensor[]]
  const axis = given < 0 ? given + first.dims.length : given
  const fit = inputs.every(
    ({ dims, dataType }) =>
      whole.has(dataType) &&
      dataType === first.dataType &&
      axis in dims &&
      dims.length === first.dims.length &&
      dims.every((dim, i) => i === axis || dim === first.dims[i]),
  )
  if (!fit || inputs.reduce((sum, { dims }) => sum + elements(dims), 0) > limit) return undefined
  return concatenate(inputs, axis)
}

/** The result of a node with constant inputs, or undefined where this program leaves it to the engine. */
function evaluate(of: Node, inputs: readonly Tensor[]): Tensor | undefined {
  const [a, b] = inputs
  if (of.op === 'Constant') return constantTensor(of)
  if (!a || of.domain !== '') return undefined
  const axes = (): number[] | undefined => intsAttribute(of, 'axes') ?? (b && toNumbers(b))
  switch (of.op) {
    case 'Identity':
      return a
    case 'Cast':
      return cast(a, intAttribute(of, 'to', 0))
    case 'Shape':
      return intTensor(a.dims.slice(intAttribute(of, 'start', 0), intAttribute(of, 'end', a.dims.length)))
    case 'ConstantOfShape': {
      const dims = toNumbers(a)
      const { value } = of.attributes
      if (elements(dims) > limit || !dims.every(dim => dim >= 0)) return undefined
      return pick(
        value?.type === 'tensor' ? value.value : floatTensor([0], [1]),
        dims,
        dims.map(() => 0),
      )
    }
    case 'Transpose': {
      const order = intsAttribute(of, 'perm') ?? a.dims.map((_, i) => a.dims.length - 1 - i)
      if (order.toSorted((x, y) => x - y).join() !== a.dims.map((_, i) => i).join()) return undefined
      const strides = stridesOf(a.dims)
      return pick(a, order.map(axis => a.dims[axis]!), order.map(axis => strides[axis]!)) // prettier-ignore
    }
    case 'Reshape':
      return b && reshape(of, a, toNumbers(b))
    case 'Unsqueeze':
      return unsqueeze(a, axes() ?? [])
    case 'Squeeze':
      return squeeze(a, axes())
    case 'Slice':
      return slice(of, inputs)
    case 'Gather':
      return b && gather(of, a, b)
    case 'Concat':
      return concat(inputs, intAttribute(of, 'axis', 0))
    default:
      return b && calculate(of.op, a, b)
  }
}

/**
 * Replaces nodes that depend on constants alone: rearranged weights become initializers, everything else Constant
 * nodes. Changes `graph`.
 */
export function foldConstants(graph: Graph): void {
  const known = new Map(graph.initializers)
  const constants: Node[] = []
  graph.nodes = graph.nodes.filter(of => {
    const inputs = of.inputs.map(name => known.get(name))
    const [name] = of.outputs
    if (!name || !inputs.every(input => input !== undefined)) return true
    const result = evaluate(of, inputs)
    if (!result) return true
    known.set(name, result)
    const weights =
      of.inputs.some(input => graph.initializers.has(input)) &&
      !whole.has(result.dataType) &&
      elements(result.dims) > 1
    if (weights) graph.initializers.set(name, result)
    else constants.push(node('Constant', [], [name], { value: tensorAttribute(result) }, of.name))
    return false
  })
  graph.nodes.unshift(...constants)
}
