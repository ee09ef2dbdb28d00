/** What a restricted pickle may hold: plain data, and descriptions of tensors; nothing in it can run. */

/** The names that a file may refer to; they are only strings here. */
export type GlobalName = 'rebuild_tensor' | 'OrderedDict' | StorageType

/** torch's storage classes of floating-point numbers. */
export type StorageType = 'FloatStorage' | 'HalfStorage' | 'DoubleStorage' | 'BFloat16Storage'

/** The storage that a tensor views. */
export interface StorageRef {
  kind: 'storage'
  type: StorageType
  key: string
  numel: number
}

/** A strided view of a storage; all in elements. */
export interface TensorRef {
  kind: 'tensor'
  storage: StorageRef
  offset: number
  size: number[]
  stride: number[]
}

/** Everything that can be on the reader's stack. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | { kind: 'tuple'; items: PickleValue[] }
  | { kind: 'list'; items: PickleValue[] }
  | { kind: 'dict'; entries: [PickleValue, PickleValue][] }
  | { kind: 'global'; name: GlobalName }
  | { kind: 'mark' }
  | StorageRef
  | TensorRef

/** Describes a value in messages. */
export function describe(value: PickleValue): string {
  if (value === null) return 'None'
  if (typeof value !== 'object') return `a ${typeof value}`
  return value.kind === 'dict' ? 'a dict (a state dict or checkpoint?)' : `a ${value.kind}`
}
