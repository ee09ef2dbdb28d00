/** Tensor → TensorProto; its elements are referenced, not copied. */
import { fail } from '../../base/error.ts'
import type { DataType, Tensor } from '../model.ts'
import { dataTypes } from '../model.ts'
import { elementSize, elements } from '../tensor.ts'
import type { MessageWriter } from './wire.ts'

/** ONNX's number of an element type. */
export function dataTypeNumber(type: DataType): number {
  return type.startsWith('other:') ? Number(type.slice(6)) : dataTypes[type as keyof typeof dataTypes]
}

/** Writes a tensor's fields. Throws RelabelError `bad-model` if bytes and shape disagree. */
export function encodeTensor(writer: MessageWriter, tensor: Tensor, name = ''): void {
  const { dataType, dims, raw, external } = tensor
  for (const dim of dims) writer.varint(1, dim)
  writer.varint(2, dataTypeNumber(dataType))
  if (name !== '') writer.text(8, name)
  if (external) {
    for (const [key, value] of Object.entries(external))
      writer.message(13, entry => {
        entry.text(1, key)
        entry.text(2, String(value))
      })
    writer.varint(14, 1)
  } else if (dataType === 'string') {
    for (const text of tensor.strings ?? []) writer.bytes(6, text)
  } else if (dataType.startsWith('other:')) {
    // Elements of unsupported types are either raw or among the unknown fields.
    if (raw.length > 0) writer.bytes(9, raw)
  } else {
    const expected = elements(dims) * elementSize(dataType)
    if (raw.length !== expected)
      fail(
        'bad-model',
        `tensor "${name}" of shape [${dims.join(', ')}] holds ${raw.length} bytes instead of ${expected}`,
      )
    writer.bytes(9, raw)
  }
  writer.raw(tensor.unknown)
}
