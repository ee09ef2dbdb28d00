/** What shape inference knows about a value, and the form of an operator's rule. */
import type { DataType, Dim, Node } from '../model.ts'

/** An element of a small tensor: a number, a symbol (a dimension), or unknown. */
export type Element = Dim

/** Type, shape and, for small tensors that hold shapes, axes and the like, the elements (row-major). */
export interface Fact {
  dataType: DataType
  shape?: Dim[]
  value?: Element[]
}

/** An operator call with what is known about its inputs; an omitted input is undefined. */
export interface Call {
  node: Node
  inputs: (Fact | undefined)[]
}

/** What is known about the outputs; fewer entries than outputs leave the others unknown. */
export type Rule = (call: Call) => Fact[]

/** Tensors above this many elements are not evaluated. */
export const maxFolded = 1024

/** A value of unknown type and shape. */
export const unknownFact: Fact = { dataType: 'other:0' }

/** A fact about type and shape. */
export function fact(dataType: DataType, shape?: Dim[], value?: Element[]): Fact {
  return { dataType, ...(shape ? { shape } : {}), ...(value ? { value } : {}) }
}

/** The type of the first input. */
export const typeOf = (call: Call): DataType => call.inputs[0]?.dataType ?? 'other:0'

/** All-unknown dimensions. */
export const unknownDims = (rank: number): Dim[] => new Array<Dim>(rank).fill(null)

/** A list of whole numbers from an input (opset 13 on) or an attribute (before); undefined where not given or not known. */
export function integersOf(value: Element[] | undefined): number[] | undefined {
  return value?.every(item => typeof item === 'number') ? value : undefined
}

/** An axis counted from the front. */
export const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)
