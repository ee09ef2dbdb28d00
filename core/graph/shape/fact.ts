/** What is known about a value of a graph: its type, its shape, and the elements of small or constant tensors. */
import type { DataType, Dim, Tensor } from '../model.ts'
import { elements, toNumbers } from '../tensor.ts'

/** An element of a small tensor: a number, a symbol (a dimension), or unknown. */
export type Element = Dim

/** Type, shape and, for small tensors that hold shapes, axes and the like, the elements (row-major). */
export interface Fact {
  dataType: DataType
  shape?: Dim[]
  value?: Element[]
  /** The tensor of a constant whose bytes are moved as a whole instead of listing its elements. */
  tensor?: Tensor
}

/** Elements of longer tensors are not listed. */
export const maxListed = 1024

/** A value of unknown type and shape. */
export const unknownFact: Fact = { dataType: 'other:0' }

/** A fact about type and shape. */
export function fact(dataType: DataType, shape?: Dim[], value?: Element[]): Fact {
  return { dataType, ...(shape ? { shape } : {}), ...(value ? { value } : {}) }
}

/** The fact of a constant tensor; its elements if there are at most `most`. */
export function tensorFact(tensor: Tensor, most = maxListed): Fact {
  const { dataType, dims } = tensor
  const readable = elements(dims) <= most && isReadable(tensor)
  return fact(dataType, [...dims], readable ? toNumbers(tensor) : undefined)
}

/** Whether a tensor holds numbers, and holds them itself. */
export function isReadable({ dataType, external }: Tensor): boolean {
  return external === undefined && dataType !== 'string' && !dataType.startsWith('other:')
}

/** All-unknown dimensions. */
export const unknownDims = (rank: number): Dim[] => new Array<Dim>(rank).fill(null)

/** Whether every dimension is a number. */
export function isFixed(shape: readonly Dim[]): shape is number[] {
  return shape.every(dim => typeof dim === 'number')
}

/** A list of whole numbers from an input (opset 13 on) or an attribute (before); undefined if absent or unknown. */
export function integersOf(value: Element[] | undefined): number[] | undefined {
  return value?.every(item => typeof item === 'number') ? value : undefined
}

/** An axis counted from the front. */
export const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)

export const isInteger = (type: DataType): boolean => /^u?int/.test(type)
