/** Rearranging the elements of constant tensors of any type. */
import type { Tensor } from '../../model.ts'
import { elements, elementSize } from '../../tensor.ts'

/** Distance between neighbours along each axis of a row-major tensor, in elements. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = dims.map(() => 1)
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * dims[axis + 1]!
  return strides
}

/** Element (i₀, i₁, …) of the result is element `offset + Σ iₖ·steps[k]` of the tensor. */
export function pick(tensor: Tensor, dims: number[], steps: readonly number[], offset = 0): Tensor {
  const size = elementSize(tensor.dataType)
  const raw = new Uint8Array(elements(dims) * size)
  const counter = dims.map(() => 0)
  let source = offset
  for (let at = 0; at < raw.length; at += size) {
    for (let byte = 0; byte < size; byte++) raw[at + byte] = tensor.raw[source * size + byte]!
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      source += steps[axis]!
      if (++counter[axis]! < dims[axis]!) break
      source -= steps[axis]! * dims[axis]!
      counter[axis] = 0
    }
  }
  return { dataType: tensor.dataType, dims, raw }
}

/** Tensors of one type, and of one shape but along `axis`, one behind the other. */
export function concatenate(tensors: readonly Tensor[], axis: number): Tensor {
  const [first] = tensors as [Tensor, ...Tensor[]]
  const outer = elements(first.dims.slice(0, axis))
  const dims = first.dims.with(
    axis,
    tensors.reduce((sum, { dims }) => sum + dims[axis]!, 0),
  )
  const raw = new Uint8Array(elements(dims) * elementSize(first.dataType))
  let at = 0
  for (let i = 0; i < outer; i++)
    for (const { raw: part } of tensors) {
      const bytes = part.length / outer
      raw.set(part.subarray(i * bytes, (i + 1) * bytes), at)
      at += bytes
    }
  return { dataType: first.dataType, dims, raw }
}
