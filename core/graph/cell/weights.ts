/** Turning the tensors of a linear layer into those of a 1×1 convolution. */
import { fail } from '../../base/error.ts'
import type { Tensor } from '../model.ts'
import { elementSize, elements, toNumbers } from '../tensor.ts'

/** The transpose of a matrix, of any element type with a fixed size. */
export function transposed(matrix: Tensor): Tensor {
  const [rows = 1, columns = 1] = matrix.dims
  const size = elementSize(matrix.dataType)
  const raw = new Uint8Array(matrix.raw.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let byte = 0; byte < size; byte++)
        raw[(column * rows + row) * size + byte] = matrix.raw[(row * columns + column) * size + byte]!
  return { dataType: matrix.dataType, dims: [columns, rows], raw }
}

/** The tensor times a number; the same tensor for 1. */
export function scaled(tensor: Tensor, factor: number): Tensor {
  if (factor === 1) return tensor
  const values = toNumbers(tensor).map(value => value * factor)
  const array =
    tensor.dataType === 'float32'
      ? Float32Array.from(values)
      : tensor.dataType === 'float64'
        ? Float64Array.from(values)
        : tensor.dataType === 'float16'
          ? Float16Array.from(values)
          : fail('unsupported', `a linear layer of ${tensor.dataType} with alpha or beta is not handled`)
  return { ...tensor, raw: new Uint8Array(array.buffer) }
}

/** The same bytes with other dimensions. */
export function withDims(tensor: Tensor, dims: number[]): Tensor {
  if (elements(dims) !== elements(tensor.dims))
    fail('bad-model', `a tensor of shape [${tensor.dims.join(', ')}] cannot become [${dims.join(', ')}]`)
  return { ...tensor, dims }
}

/** A vector of `count` elements from a bias of shape [C], [1, C], [1] or []. */
export function biasVector(bias: Tensor, count: number): Tensor {
  const have = elements(bias.dims)
  if (have === count && bias.dims.filter(dim => dim !== 1).length <= 1) return withDims(bias, [count])
  if (have !== 1)
    fail(
      'unsupported',
      `the last layer's bias has shape [${bias.dims.join(', ')}], not one value for each of ${count} classes`,
    )
  const raw = new Uint8Array(count * bias.raw.length)
  for (let i = 0; i < count; i++) raw.set(bias.raw, i * bias.raw.length)
  return { dataType: bias.dataType, dims: [count], raw }
}
