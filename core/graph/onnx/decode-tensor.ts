/** TensorProto → Tensor: raw bytes as views, typed fields converted to them. */
import type { DataType, ExternalData, Tensor } from '../model.ts'
import { dataTypes } from '../model.ts'
import { elementSize, elements } from '../tensor.ts'
import {
  BadBytes,
  BinaryReader,
  WireType,
  eachField,
  limits,
  sized,
  tag,
  takeBytes,
  takeInteger,
  takeName,
  takeText,
  varint,
} from './wire.ts'

const names = new Map<number, DataType>(
  Object.entries(dataTypes).map(([name, number]) => [number, name as DataType]),
)

/** The name of ONNX's element type number. */
export function dataTypeOf(number: number): DataType {
  return names.get(number) ?? `other:${number}`
}

/** Fields of TensorProto that hold elements as numbers, by field number. */
const typedFields = { float: 4, int32: 5, int64: 7, double: 10, uint64: 11 } as const

/** Their tags, packed and one by one. */
const typedTags = new Set<number>([
  tag(typedFields.float, WireType.Bit32),
  tag(typedFields.double, WireType.Bit64),
  ...[typedFields.int32, typedFields.int64, typedFields.uint64].map(varint),
  ...Object.values(typedFields).map(sized),
])

/** Which of them holds a type's elements. */
function typedFieldOf(type: DataType): number {
  switch (type) {
    case 'float32':
      return typedFields.float
    case 'float64':
      return typedFields.double
    case 'int64':
      return typedFields.int64
    case 'uint64':
    case 'uint32':
      return typedFields.uint64
    default:
      return typedFields.int32
  }
}

function takeDims(dims: number[], bytes: Uint8Array): void {
  eachPacked(bytes, reader => addDim(dims, reader))
}

function addDim(dims: number[], reader: BinaryReader): void {
  const dim = takeInteger(reader)
  if (dim < 0) throw new BadBytes(`a tensor has the negative dimension ${dim}`)
  dims.push(dim)
  if (dims.length > limits.rank) throw new BadBytes(`a tensor has more than ${limits.rank} dimensions`)
}

/** Calls `take` until the packed numbers are read. */
export function eachPacked(bytes: Uint8Array, take: (reader: BinaryReader) => void): void {
  const reader = new BinaryReader(bytes)
  while (reader.pos < bytes.length) take(reader)
  if (reader.pos > bytes.length) throw new BadBytes('packed numbers reach beyond their field', true)
}

/** A key and a value of StringStringEntryProto. */
export function decodeEntry(bytes: Uint8Array): [key: string, value: string] {
  let key = ''
  let value = ''
  eachField(bytes, (t, reader) => {
    if (t === sized(1)) key = takeName(reader)
    else if (t === sized(2)) value = takeText(reader)
    else return false
    return true
  })
  return [key, value]
}

function decodeExternal(entries: Map<string, string>, name: string): ExternalData {
  const location = entries.get('location')
  if (!location) throw new BadBytes(`tensor "${name}" is in an external file but names none`)
  const number = (key: string): number | undefined => {
    const text = entries.get(key)
    if (text === undefined) return undefined
    if (!/^\d{1,15}$/.test(text))
      throw new BadBytes(`the external ${key} of tensor "${name}" is "${text.slice(0, 40)}"`)
    return Number(text)
  }
  const length = number('length')
  return { location, offset: number('offset') ?? 0, ...(length === undefined ? {} : { length }) }
}

/** Writes the elements of typed fields into little-endian bytes, one by one. */
function elementSink(type: DataType, count: number): { raw: Uint8Array; take(reader: BinaryReader): void } {
  const size = elementSize(type)
  const raw = new Uint8Array(count * size)
  const view = new DataView(raw.buffer)
  let at = 0
  const next = (): number => {
    if (at + size > raw.length) throw new BadBytes(`a tensor holds more than its ${count} elements`)
    at += size
    return at - size
  }
  function take(reader: BinaryReader): void {
    switch (type) {
      case 'float32': // bits, so that NaN payloads stay
        return view.setUint32(next(), reader.fixed32(), true)
      case 'float64': {
        const place = next()
        view.setUint32(place, reader.fixed32(), true)
        return view.setUint32(place + 4, reader.fixed32(), true)
      }
      case 'int64':
        return view.setBigInt64(next(), BigInt(reader.int64()), true)
      case 'uint64':
        return view.setBigUint64(next(), BigInt(reader.uint64()), true)
      case 'uint32':
        return view.setUint32(next(), Number(BigInt(reader.uint64()) & 0xffffffffn), true)
      case 'int32':
        return view.setInt32(next(), reader.int32(), true)
      default: {
        const value = reader.int32()
        return size === 2 ? view.setUint16(next(), value & 0xffff, true) : view.setUint8(next(), value & 0xff)
      }
    }
  }
  return { raw, take }
}

/**
 * A tensor and its name ('' for a nameless one). With `keepName` the name is kept among the tensor's unknown fields, for
 * places where nothing else holds it. Throws {@link BadBytes}.
 */
export function decodeTensor(bytes: Uint8Array, keepName = false): { name: string; tensor: Tensor } {
  let name = ''
  let number = 0
  const dims: number[] = []
  let raw: Uint8Array | undefined
  const strings: Uint8Array[] = []
  const external = new Map<string, string>()
  let isExternal = false
  let typedBytes = 0
  // Elements may precede the shape, so they are read in a second pass.
  const unknown = eachField(bytes, (t, reader) => {
    if (t === varint(1)) addDim(dims, reader)
    else if (t === sized(1)) takeDims(dims, takeBytes(reader))
    else if (t === varint(2)) number = reader.int32()
    else if (t === sized(8) && !keepName) name = takeName(reader)
    else if (t === sized(9)) raw = takeBytes(reader)
    else if (t === sized(6)) strings.push(takeBytes(reader))
    else if (t === sized(13)) {
      const [key, value] = decodeEntry(takeBytes(reader))
      external.set(key, value)
    } else if (t === varint(14)) isExternal = reader.int32() === 1
    else if (typedTags.has(t)) typedBytes += reader.skip(t & 7, t >>> 3).length
    else return false
    return true
  })

  const dataType = dataTypeOf(number)
  const tensor: Tensor = { dataType, dims, raw: new Uint8Array(0), ...(unknown ? { unknown } : {}) }
  const count = elements(dims)
  if (!Number.isSafeInteger(count))
    throw new BadBytes(`tensor "${name}" has impossible dimensions [${dims.join(', ')}]`)
  if (isExternal) return { name, tensor: { ...tensor, external: decodeExternal(external, name) } }
  if (dataType === 'string') {
    if (strings.length !== count)
      throw new BadBytes(`tensor "${name}" holds ${strings.length} of ${count} texts`)
    return { name, tensor: { ...tensor, strings } }
  }
  if (dataType.startsWith('other:')) {
    if (raw) return { name, tensor: { ...tensor, raw } }
    const all = eachField(bytes, (t, reader) => {
      if ([1, 2, keepName ? 1 : 8].includes(t >>> 3)) reader.skip(t & 7, t >>> 3)
      else return false
      return true
    })
    return { name, tensor: all ? { ...tensor, unknown: all } : tensor }
  }
  const size = elementSize(dataType)
  if (!raw && typedBytes < count)
    throw new BadBytes(`tensor "${name}" of shape [${dims.join(', ')}] has no data`)
  tensor.raw = raw ?? decodeTyped(bytes, dataType, count, name)
  if (tensor.raw.length !== count * size)
    throw new BadBytes(
      `tensor "${name}" of shape [${dims.join(', ')}] holds ${tensor.raw.length} bytes instead of ${count * size}`,
    )
  return { name, tensor }
}

function decodeTyped(bytes: Uint8Array, type: DataType, count: number, name: string): Uint8Array {
  const sink = elementSink(type, count)
  const field = typedFieldOf(type)
  let taken = 0
  const take = (reader: BinaryReader): void => {
    sink.take(reader)
    taken++
  }
  eachField(bytes, (t, reader) => {
    if (t >>> 3 !== field) return false
    if (t === sized(field)) eachPacked(takeBytes(reader), take)
    else take(reader)
    return true
  })
  if (taken !== count) throw new BadBytes(`tensor "${name}" holds ${taken} of ${count} elements`)
  return sink.raw
}
