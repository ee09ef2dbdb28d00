/** torch's floating-point storages as float32. */
import type { StorageType } from './values.ts'

/** Bytes of one number. */
const widthOf: Record<StorageType, number> = {
  FloatStorage: 4,
  HalfStorage: 2,
  DoubleStorage: 8,
  BFloat16Storage: 2,
}

/** Bytes of `count` numbers. */
export const byteLength = (count: number, type: StorageType): number => count * widthOf[type]

/** The numbers of little-endian bytes; doubles are rounded. */
export function toFloat32(raw: Uint8Array, type: StorageType): Float32Array {
  // A copy, because offsets in a file may be unaligned; `slice` of Node's Buffer would not copy.
  const { buffer } = new Uint8Array(raw)
  switch (type) {
    case 'FloatStorage':
      return new Float32Array(buffer)
    case 'DoubleStorage':
      return Float32Array.from(new Float64Array(buffer))
    case 'HalfStorage':
      return Float32Array.from(new Float16Array(buffer))
    case 'BFloat16Storage':
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), half => half << 16).buffer)
  }
}
