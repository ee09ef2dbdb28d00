/** Creates and reads constant tensors. */
import { fail } from '../base/error.ts'
import type { DataType, Tensor } from './model.ts'

/** A dense float32 array in row-major order. */
export interface FloatArray {
  shape: number[]
  data: Float32Array
}

/** Number of elements of a shape; the empty shape is a scalar. */
export function elements(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1)
}

const bytesOf = (data: ArrayBufferView): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/** A float32 tensor that shares memory with `data`. */
export function floatTensor(data: Float32Array | readonly number[], dims: number[]): Tensor {
  const array = data instanceof Float32Array ? data : Float32Array.from(data)
  if (array.length !== elements(dims))
    fail('usage', `${array.length} values do not fill a tensor of shape [${dims.join(', ')}]`)
  return { dataType: 'float32', dims, raw: bytesOf(array) }
}

/** An int64 tensor; without `dims` a vector. */
export function intTensor(values: readonly number[], dims: number[] = [values.length]): Tensor {
  return { dataType: 'int64', dims, raw: bytesOf(BigInt64Array.from(values, BigInt)) }
}

/** Makes typed arrays of numbers, by element type. */
const arrays: Partial<Record<DataType, (values: readonly number[]) => ArrayBufferView>> = {
  float64: values => Float64Array.from(values),
  float32: values => Float32Array.from(values),
  float16: values => Float16Array.from(values),
  int64: values => BigInt64Array.from(values, value => BigInt.asIntN(64, clamped(value))),
  int32: values => Int32Array.from(values),
  uint8: values => Uint8Array.from(values),
  int8: values => Int8Array.from(values),
  bool: values => Uint8Array.from(values, value => (value === 0 ? 0 : 1)),
}

const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n]

/** A whole number within int64: "to the end" is the largest int64, which a float rounds up. */
function clamped(value: number): bigint {
  const whole = BigInt(Math.trunc(value))
  return whole < least ? least : whole > most ? most : whole
}

/**
 * A tensor of the given type; undefined for types that are not written here, and for infinite values of integer types.
 */
export function tensorOf(dataType: DataType, values: readonly number[], dims: number[]): Tensor | undefined {
  const make = arrays[dataType]
  const float = dataType.startsWith('float')
  if (!make || values.length !== elements(dims) || !(float || values.every(Number.isFinite))) return undefined
  return { dataType, dims, raw: bytesOf(make(values)) }
}

/** A float32 scalar (shape []). */
export function scalar(value: number): Tensor {
  return floatTensor([value], [])
}

/** Bytes of one element, for types with a fixed width. */
export function elementSize(type: DataType): number {
  switch (type) {
    case 'float64':
    case 'int64':
    case 'uint64':
      return 8
    case 'float32':
    case 'int32':
    case 'uint32':
      return 4
    case 'float16':
    case 'bfloat16':
    case 'int16':
    case 'uint16':
      return 2
    case 'int8':
    case 'uint8':
    case 'bool':
      return 1
    default:
      return fail('bad-model', `tensors of type ${type} have no fixed element size`)
  }
}

/**
 * `raw` with the alignment of a typed array; copied (which `slice` of Node's Buffer would not do) only if the file's
 * offset is not aligned.
 */
function aligned(raw: Uint8Array, size: number): Uint8Array {
  return raw.byteOffset % size === 0 ? raw : new Uint8Array(raw)
}

/** The elements as float32: a view if the tensor is already float32, else converted. */
export function toFloat32(tensor: Tensor): Float32Array {
  const raw = aligned(tensor.raw, elementSize(tensor.dataType))
  const { buffer, byteOffset } = raw
  const length = raw.byteLength / elementSize(tensor.dataType)
  switch (tensor.dataType) {
    case 'float32':
      return new Float32Array(buffer, byteOffset, length)
    case 'float64':
      return Float32Array.from(new Float64Array(buffer, byteOffset, length))
    case 'float16':
      return Float32Array.from(new Float16Array(buffer, byteOffset, length))
    case 'bfloat16': {
      const bits = new Uint32Array(length)
      new Uint16Array(buffer, byteOffset, length).forEach((half, i) => (bits[i] = half << 16))
      return new Float32Array(bits.buffer)
    }
    default:
      return Float32Array.from(toNumbers(tensor))
  }
}

/** The elements as numbers (for shapes, axes and other small constants; int64 beyond 2^53 loses precision). */
export function toNumbers(tensor: Tensor): number[] {
  const raw = aligned(tensor.raw, elementSize(tensor.dataType))
  const { buffer, byteOffset } = raw
  const length = raw.byteLength / elementSize(tensor.dataType)
  switch (tensor.dataType) {
    case 'int64':
      return Array.from(new BigInt64Array(buffer, byteOffset, length), Number)
    case 'uint64':
      return Array.from(new BigUint64Array(buffer, byteOffset, length), Number)
    case 'int32':
      return Array.from(new Int32Array(buffer, byteOffset, length))
    case 'uint32':
      return Array.from(new Uint32Array(buffer, byteOffset, length))
    case 'int16':
      return Array.from(new Int16Array(buffer, byteOffset, length))
    case 'uint16':
      return Array.from(new Uint16Array(buffer, byteOffset, length))
    case 'int8':
      return Array.from(new Int8Array(buffer, byteOffset, length))
    case 'uint8':
    case 'bool':
      return Array.from(raw)
    default:
      return Array.from(toFloat32(tensor))
  }
}
