/** Writes a graph with static shapes: every value has a known shape, and equal calls share one node. */
import { fail } from '../base/error.ts'
import type { Node, Tensor, ValueInfo } from './model.ts'
import { floatValue, node, type AttributeValue } from './node.ts'
import { elements, floatTensor, intTensor } from './tensor.ts'

/** A graph under construction. Values are named by strings; `shape` returns the shape of each. */
export interface Writer {
  nodes: Node[]
  inputs: ValueInfo[]
  initializers: Map<string, Tensor>
  /** Declares an input of the graph. */
  input(name: string, shape: number[]): string
  /** Adds a node with one output of the given shape; the same call again returns the same value. */
  emit(op: string, inputs: string[], shape: readonly number[], attributes?: Attributes, hint?: string): string
  /** Adds a node with several outputs. */
  emitMany(
    op: string,
    inputs: string[],
    shapes: readonly (readonly number[])[],
    attributes?: Attributes,
  ): string[]
  /** Adds a node whose output has exactly this name (for the graph's outputs). */
  emitAs(
    name: string,
    op: string,
    inputs: string[],
    shape: readonly number[],
    attributes?: Attributes,
  ): string
  ints(values: readonly number[]): string
  /** A float constant; a large one is identified by `key`, which describes how it was made. */
  constant(data: Float32Array | readonly number[], dims: number[], key?: string): string
  scalar(value: number): string
  shape(value: string): readonly number[]
}

type Attributes = Record<string, AttributeValue>

/** JSON cannot represent infinities; both would become null. */
const spelled = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value

export function createWriter(): Writer {
  const shapes = new Map<string, readonly number[]>()
  const known = new Map<string, string[]>()
  const nodes: Node[] = []
  const inputs: ValueInfo[] = []
  const initializers = new Map<string, Tensor>()
  let count = 0

  function declare(name: string, shape: readonly number[]): string {
    if (shapes.has(name)) fail('bad-model', `two values of the training graph are called "${name}"`)
    shapes.set(name, shape)
    return name
  }
  function add(op: string, from: string[], outputs: string[], attributes: Attributes): void {
    for (const name of from)
      if (name !== '' && !shapes.has(name)) fail('bad-model', `${op} reads "${name}" before it is made`)
    nodes.push(node(op, from, outputs, attributes))
  }
  function emitMany(
    op: string,
    from: string[],
    to: readonly (readonly number[])[],
    attributes: Attributes = {},
    hint = op,
  ): string[] {
    const key = JSON.stringify([op, from, attributes], spelled)
    const found = known.get(key)
    if (found && found.length >= to.length) return found
    const base = `${hint.slice(hint.lastIndexOf(':') + 1)}_${count++}`
    const outputs = to.map((shape, i) => declare(i === 0 ? base : `${base}.${i}`, shape))
    add(op, from, outputs, attributes)
    known.set(key, outputs)
    return outputs
  }
  function initializer(key: string, make: () => Tensor): string {
    const found = known.get(key)?.[0]
    if (found !== undefined) return found
    const tensor = make()
    const name = declare(`constant_${count++}`, tensor.dims)
    initializers.set(name, tensor)
    known.set(key, [name])
    return name
  }
  return {
    nodes,
    inputs,
    initializers,
    input(name, shape) {
      inputs.push(floatValue(name, shape))
      return declare(name, shape)
    },
    emit: (op, from, shape, attributes, hint) => emitMany(op, from, [shape], attributes, hint)[0] as string,
    emitMany,
    emitAs(name, op, from, shape, attributes = {}) {
      declare(name, shape)
      add(op, from, [name], attributes)
      return name
    },
    ints: values => initializer(`ints ${values.join(' ')}`, () => intTensor(values)),
    constant(data, dims, key) {
      const array = Float32Array.from(data)
      const content = key ?? (array.length <= 64 ? array.join(' ') : `#${count}`)
      return initializer(`floats [${dims.join(' ')}] ${content}`, () => floatTensor(array, dims))
    },
    scalar(value) {
      return this.constant([value], [])
    },
    shape(value) {
      return shapes.get(value) ?? fail('bad-model', `the training graph has no value "${value}"`)
    },
  }
}

/** Shape of an elementwise result under NumPy broadcasting. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1
    const y = b[b.length - rank + i] ?? 1
    if (x !== y && x !== 1 && y !== 1)
      fail('bad-model', `shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast`)
    return x === 1 ? y : x
  })
}

const binary =
  (op: string) =>
  (w: Writer, a: string, b: string): string =>
    w.emit(op, [a, b], broadcast(w.shape(a), w.shape(b)))
export const add = binary('Add')
export const sub = binary('Sub')
export const mul = binary('Mul')
export const div = binary('Div')

/** An elementwise function of one value. */
export function unary(w: Writer, op: string, x: string, attributes: Attributes = {}): string {
  return w.emit(op, [x], w.shape(x), attributes)
}

/** x · s for a number s. */
export function scale(w: Writer, x: string, factor: number): string {
  return factor === 1 ? x : mul(w, x, w.scalar(factor))
}

export function reshape(w: Writer, x: string, dims: readonly number[]): string {
  const from = w.shape(x)
  if (from.length === dims.length && from.every((dim, i) => dim === dims[i])) return x
  if (elements(from) !== elements(dims))
    fail('bad-model', `[${from.join(', ')}] cannot be reshaped to [${dims.join(', ')}]`)
  return w.emit('Reshape', [x, w.ints(dims)], dims)
}

export function transpose(w: Writer, x: string, perm: number[]): string {
  if (perm.every((axis, i) => axis === i)) return x
  const from = w.shape(x)
  return w.emit(
    'Transpose',
    [x],
    perm.map(axis => from[axis] as number),
    { perm },
  )
}

/** Sum, mean or sum of squares over axes. */
export function reduce(
  w: Writer,
  op: 'ReduceSum' | 'ReduceMean' | 'ReduceSumSquare',
  x: string,
  axes: number[],
  keepdims = true,
): string {
  const from = w.shape(x)
  const to = keepdims
    ? from.map((dim, i) => (axes.includes(i) ? 1 : dim))
    : from.filter((_, i) => !axes.includes(i))
  return w.emit(op, [x, w.ints(axes)], to, { keepdims: keepdims ? 1 : 0 })
}

/** Sums `x` over the axes that broadcasting had expanded. */
export function sumTo(w: Writer, x: string, dims: readonly number[]): string {
  const from = w.shape(x)
  const extra = from.length - dims.length
  const axes = from.flatMap((dim, i) => (i < extra || (dims[i - extra] === 1 && dim !== 1) ? [i] : []))
  return reshape(w, axes.length > 0 ? reduce(w, 'ReduceSum', x, axes) : x, dims)
}

/** Repeats `x` to a shape that it broadcasts to. */
export function expand(w: Writer, x: string, dims: readonly number[]): string {
  return w.emit('Expand', [x, w.ints(dims)], dims)
}

/** Matrix product of the last two axes with optional transpositions: α · op(a) · op(b). */
export function matmul(
  w: Writer,
  a: string,
  b: string,
  options: { transA?: boolean; transB?: boolean } = {},
): string {
  const [x, y] = [w.shape(a), w.shape(b)]
  const rows = x[options.transA ? x.length - 1 : x.length - 2] as number
  const columns = y[options.transB ? y.length - 2 : y.length - 1] as number
  const batch = broadcast(x.slice(0, -2), y.slice(0, -2))
  const shape = [...batch, rows, columns]
  if (!options.transA && !options.transB) return w.emit('MatMul', [a, b], shape)
  const attributes = { transA: options.transA ? 1 : 0, transB: options.transB ? 1 : 0 }
  return w.emit('com.microsoft:FusedMatMul', [a, b], shape, attributes)
}
