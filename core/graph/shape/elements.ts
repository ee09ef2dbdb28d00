/** Known elements, as a list or as stored bytes, and operations that move them: the basis of constant folding. */
import type { DataType, Tensor } from '../model.ts'
import { elements as count, elementSize, tensorOf, toNumbers } from '../tensor.ts'
import type { Element, Fact } from './fact.ts'
import { isFixed } from './fact.ts'

/** Elements in row-major order: listed, or little-endian bytes of the tensor's type. */
export type Elements = Element[] | Uint8Array

/** A tensor whose elements are known. */
export interface Known {
  dataType: DataType
  dims: number[]
  elements: Elements
}

/** The elements of a fact, if all are known. */
export function knownOf(fact: Fact | undefined): Known | undefined {
  if (fact?.tensor) return { dataType: fact.dataType, dims: fact.tensor.dims, elements: fact.tensor.raw }
  const dims = fact?.shape
  if (!fact?.value || !dims || !isFixed(dims) || fact.value.length !== count(dims)) return undefined
  return { dataType: fact.dataType, dims, elements: fact.value }
}

/** The elements one by one. */
export function listed({ dataType, dims, elements }: Known): Element[] {
  return Array.isArray(elements) ? elements : toNumbers({ dataType, dims, raw: elements })
}

/** The tensor of a fact, or undefined if an element is unknown, a symbol or out of its type's range. */
export function storedTensor(fact: Fact): Tensor | undefined {
  const known = knownOf(fact)
  if (!known || !Array.isArray(known.elements)) return fact.tensor
  const numbers = known.elements.every(element => typeof element === 'number') ? known.elements : undefined
  return numbers && tensorOf(known.dataType, numbers, known.dims)
}

/** Distance between neighbours along each axis of a row-major tensor, in elements. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = dims.map(() => 1)
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * dims[axis + 1]!
  return strides
}

/** Source positions of a result's elements: element (i₀, i₁, …) from `offset + Σ iₖ·steps[k]`. */
export interface View {
  dims: readonly number[]
  steps: readonly number[]
  offset?: number
}

function visit({ dims, steps, offset = 0 }: View, move: (to: number, from: number) => void): void {
  const counter = dims.map(() => 0)
  const total = count(dims)
  let from = offset
  for (let to = 0; to < total; to++) {
    move(to, from)
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += steps[axis]!
      if (++counter[axis]! < dims[axis]!) break
      from -= steps[axis]! * dims[axis]!
      counter[axis] = 0
    }
  }
}

/** The elements that a view of a tensor shows. */
export function pick({ dataType, elements }: Known, view: View): Elements {
  if (Array.isArray(elements)) {
    const list = new Array<Element>(count(view.dims))
    visit(view, (to, from) => void (list[to] = elements[from] ?? null))
    return list
  }
  const size = elementSize(dataType)
  const raw = new Uint8Array(count(view.dims) * size)
  visit(view, (to, from) => {
    for (let byte = 0; byte < size; byte++) raw[to * size + byte] = elements[from * size + byte]!
  })
  return raw
}

/** Concatenates tensors of one type, whose shapes agree except along `axis`. */
export function concatenate(parts: readonly Known[], axis: number): Elements {
  const outer = count(parts[0]?.dims.slice(0, axis) ?? [])
  const stored = parts.map(part => part.elements).filter(part => part instanceof Uint8Array)
  if (stored.length < parts.length) {
    const lists = parts.map(listed)
    return Array.from({ length: outer }, (_, i) => lists.map(list => blockOf(list, i, outer))).flat(2)
  }
  const raw = new Uint8Array(stored.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (let i = 0; i < outer; i++)
    for (const part of stored) {
      const block = blockOf(part, i, outer)
      raw.set(block, at)
      at += block.length
    }
  return raw
}

/** The i-th of `count` equal parts. */
function blockOf<T extends Elements>(part: T, i: number, count: number): T {
  const length = part.length / count
  return (part instanceof Uint8Array
    ? part.subarray(i * length, (i + 1) * length)
    : part.slice(i * length, (i + 1) * length)) as unknown as T
}

/**
 * Applies `compute` to the elements of tensors that are broadcast to `dims`; undefined if one of them is not known.
 */
export function combined(
  inputs: readonly (Known | undefined)[],
  dims: readonly number[],
  compute: (values: Element[]) => Element,
): Element[] | undefined {
  const lists: { values: Element[]; steps: number[] }[] = []
  for (const known of inputs) {
    if (!known) return undefined
    lists.push({ values: listed(known), steps: broadcastSteps(known.dims, dims) })
  }
  const sources = lists.map(({ values, steps }) =>
    pick({ dataType: 'other:0', dims: [], elements: values }, { dims, steps }),
  ) as Element[][]
  return Array.from({ length: count(dims) }, (_, i) => compute(sources.map(source => source[i] ?? null)))
}

/** Steps of a view that shows a tensor broadcast to `to`. */
export function broadcastSteps(from: readonly number[], to: readonly number[]): number[] {
  const strides = stridesOf(from)
  return to.map((_, axis) => {
    const own = axis - to.length + from.length
    return own >= 0 && from[own] !== 1 ? strides[own]! : 0
  })
}
