/**
 * The three operations in a torch.save file of a tensor, as plain data: name a class, name a storage, describe a
 * tensor.
 */
import { fail } from '../../base/error.ts'
import { isCount } from '../../base/plain.ts'
import { describe } from './values.ts'
import type { GlobalName, PickleValue, StorageRef, StorageType } from './values.ts'

const allowed = new Map<string, GlobalName>([
  ['torch._utils _rebuild_tensor_v2', 'rebuild_tensor'],
  ['torch._utils _rebuild_tensor', 'rebuild_tensor'],
  ['collections OrderedDict', 'OrderedDict'],
  ['torch FloatStorage', 'FloatStorage'],
  ['torch HalfStorage', 'HalfStorage'],
  ['torch DoubleStorage', 'DoubleStorage'],
  ['torch BFloat16Storage', 'BFloat16Storage'],
])

/** The value for a name, if it is one that a tensor needs. */
export function lookUp(module: string, name: string): PickleValue {
  const found = allowed.get(`${module} ${name}`)
  if (found) return { kind: 'global', name: found }
  if (module === 'torch' && name.endsWith('Storage'))
    return fail('bad-label-map', `the tensor is stored as ${name}; label maps hold floating-point numbers`)
  return fail(
    'bad-label-map',
    `the file refers to ${JSON.stringify(`${module}.${name}`.slice(0, 200))}, which is not part of a tensor and could run code; it was not read`,
  )
}

/** A storage from its persistent id `('storage', type, key, location, numel[, view])`. */
export function toStorage(id: PickleValue): StorageRef {
  const items = id !== null && typeof id === 'object' && id.kind === 'tuple' ? id.items : []
  const [word, type, key, , numel, view] = items
  const isType =
    type !== null && typeof type === 'object' && type.kind === 'global' && type.name.endsWith('Storage')
  if (word !== 'storage' || !isType || typeof key !== 'string' || !isCount(numel) || (view ?? null) !== null)
    return fail('bad-label-map', 'the file describes a storage in a way this reader does not know')
  return { kind: 'storage', type: type.name as StorageType, key, numel }
}

/** The result of a call: an empty dict, or a tensor's description. Nothing else can be called. */
export function call(callee: PickleValue, args: PickleValue): PickleValue {
  const name = callee !== null && typeof callee === 'object' && callee.kind === 'global' ? callee.name : null
  const items = args !== null && typeof args === 'object' && args.kind === 'tuple' ? args.items : null
  if (name === null || items === null)
    return fail('bad-label-map', `the file calls ${describe(callee)}; it was not read`)
  if (name === 'OrderedDict' && items.length === 0) return { kind: 'dict', entries: [] }
  const [storage, offset, size, stride] = items
  if (
    name !== 'rebuild_tensor' ||
    storage === null ||
    typeof storage !== 'object' ||
    storage.kind !== 'storage'
  )
    return fail('bad-label-map', `the file calls ${name} in a way this reader does not know`)
  const sides = counts(size)
  const steps = counts(stride)
  if (!isCount(offset) || !sides || !steps || sides.length !== steps.length)
    return fail('bad-label-map', 'the file describes a tensor whose size or strides make no sense')
  return { kind: 'tensor', storage, offset, size: sides, stride: steps }
}

function counts(value: PickleValue | undefined): number[] | null {
  const items = value !== null && typeof value === 'object' && value.kind === 'tuple' ? value.items : null
  return items && items.length <= 16 && items.every(isCount) ? items : null
}
