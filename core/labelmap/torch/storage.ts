/** The numbers of a tensor: a strided view of one storage. */
import { fail } from '../../base/error.ts'
import { byteLength, toFloat32 } from './floats.ts'
import type { TensorRef } from './values.ts'

/** The tensor's elements in row-major order. `raw` are the storage's bytes, little-endian. */
export function readStrided(tensor: TensorRef, raw: Uint8Array): Float32Array {
  const { storage, size, stride, offset } = tensor
  if (raw.length !== byteLength(storage.numel, storage.type))
    fail(
      'bad-label-map',
      `the tensor’s storage has ${raw.length} bytes, but ${storage.numel} numbers were announced`,
    )
  const count = size.reduce((product, side) => product * side, 1)
  const last = size.reduce((sum, side, i) => sum + (side - 1) * stride[i]!, offset)
  if (count === 0 || count > 2 ** 26 || last >= storage.numel)
    fail(
      'bad-label-map',
      `a tensor of size [${size.join(', ')}] does not fit into its storage of ${storage.numel} numbers`,
    )
  const flat = toFloat32(raw, storage.type)
  const out = new Float32Array(count)
  const index = size.map(() => 0)
  let at = offset
  for (let i = 0; i < count; i++) {
    out[i] = flat[at]!
    for (let axis = size.length - 1; axis >= 0; axis--) {
      at += stride[axis]!
      if (++index[axis]! < size[axis]!) break
      at -= size[axis]! * stride[axis]!
      index[axis] = 0
    }
  }
  return out
}
