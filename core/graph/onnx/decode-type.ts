/** ValueInfoProto → ValueInfo: name, element type and shape. */
import type { Dim, ValueInfo } from '../model.ts'
import { dataTypeOf } from './decode-tensor.ts'
import { BadBytes, eachField, limits, sized, takeBytes, takeInteger, takeName, varint } from './wire.ts'

type TypeUnknown = NonNullable<ValueInfo['typeUnknown']>

function decodeDim(bytes: Uint8Array): { dim: Dim; unknown: Uint8Array | undefined } {
  let dim: Dim = null
  const unknown = eachField(bytes, (t, reader) => {
    if (t === varint(1)) {
      const value = takeInteger(reader)
      dim = value < 0 ? null : value // exporters write -1 for "unknown"
    } else if (t === sized(2)) dim = takeName(reader) || null
    else return false
    return true
  })
  return { dim, unknown }
}

function decodeShape(bytes: Uint8Array, rest: TypeUnknown): Dim[] {
  const shape: Dim[] = []
  const dims: (Uint8Array | undefined)[] = []
  const unknown = eachField(bytes, (t, reader) => {
    if (t !== sized(1)) return false
    const { dim, unknown } = decodeDim(takeBytes(reader))
    shape.push(dim)
    dims.push(unknown)
    if (shape.length > limits.rank) throw new BadBytes(`a value has more than ${limits.rank} dimensions`)
    return true
  })
  if (unknown) rest.shape = unknown
  if (dims.some(dim => dim)) rest.dims = dims
  return shape
}

/** A dense tensor's TypeProto, or undefined for another kind. */
function decodeType(bytes: Uint8Array): Pick<ValueInfo, 'dataType' | 'shape' | 'typeUnknown'> | undefined {
  const rest: TypeUnknown = {}
  let tensor: Uint8Array | undefined
  const outer = eachField(bytes, (t, reader) => {
    if (t !== sized(1)) return false
    tensor = takeBytes(reader)
    return true
  })
  if (!tensor) return undefined
  if (outer) rest.type = outer
  let number = 0
  let shape: Dim[] | undefined
  const inner = eachField(tensor, (t, reader) => {
    if (t === varint(1)) number = reader.int32()
    else if (t === sized(2)) shape = decodeShape(takeBytes(reader), rest)
    else return false
    return true
  })
  if (inner) rest.tensor = inner
  return {
    dataType: dataTypeOf(number),
    ...(shape ? { shape } : {}),
    ...(Object.keys(rest).length > 0 ? { typeUnknown: rest } : {}),
  }
}

/** Name, element type and shape of a value. Throws {@link BadBytes}. */
export function decodeValue(bytes: Uint8Array): ValueInfo {
  let name = ''
  let type: Uint8Array | undefined
  const unknown = eachField(bytes, (t, reader) => {
    if (t === sized(1)) name = takeName(reader)
    else if (t === sized(2)) type = takeBytes(reader)
    else return false
    return true
  })
  const kept = unknown ? { unknown } : {}
  if (!type) return { name, dataType: 'other:0', ...kept }
  const dense = decodeType(type)
  return dense ? { name, ...dense, ...kept } : { name, dataType: 'other:0', rawType: type, ...kept }
}
