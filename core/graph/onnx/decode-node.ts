/** NodeProto → Node, with its attributes. */
import type { Attribute, Node } from '../model.ts'
import { decodeTensor, eachPacked } from './decode-tensor.ts'
import {
  BadBytes,
  BinaryReader,
  WireType,
  eachField,
  sized,
  tag,
  takeBytes,
  takeName,
  varint,
} from './wire.ts'

/** Checks messages that stay encoded (subgraphs), so that limits apply there too. */
export interface NestedCheck {
  graph(bytes: Uint8Array): void
  tensor(bytes: Uint8Array): void
  sparse(bytes: Uint8Array): void
}

/** AttributeProto.AttributeType. */
const kinds = {
  1: 'float',
  2: 'int',
  3: 'string',
  4: 'tensor',
  6: 'floats',
  7: 'ints',
  8: 'strings',
} as const

/** AttributeProto's fields of those kinds, for models from 2017, which do not name a type. */
const kindOfField: Record<number, number> = { 2: 1, 3: 2, 4: 3, 5: 4, 7: 6, 8: 7, 9: 8 }

/** Graphs, lists of tensors, sparse tensors, and references to a function's attribute. */
const encodedFields = [6, 10, 11, 21, 22, 23]

type Kind = (typeof kinds)[keyof typeof kinds]

/** An int64 as a number, or undefined if a number cannot represent it; the ends of the range mean "no limit". */
function asNumber(value: bigint): number | undefined {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  return value === 2n ** 63n - 1n || value === -(2n ** 63n) ? number : undefined
}

function textOf(bytes: Uint8Array): string | undefined {
  const length = bytes.length
  const head: number[] = []
  for (let rest = length; ; rest = Math.floor(rest / 128)) {
    head.push(rest < 128 ? rest : (rest % 128) | 128)
    if (rest < 128) break
  }
  const framed = new Uint8Array(head.length + length)
  framed.set(head)
  framed.set(bytes, head.length)
  try {
    return new BinaryReader(framed).string(true)
  } catch {
    return undefined // bytes that are not text; the attribute stays encoded
  }
}

/** The fields of an attribute, before its type determines which one is used. */
interface Found {
  float: number
  int: number | undefined
  string: Uint8Array
  tensor: Uint8Array | undefined
  floats: number[]
  ints: (number | undefined)[]
  strings: Uint8Array[]
}

function contentOf(kind: Kind, found: Found): Attribute | undefined {
  switch (kind) {
    case 'float':
      return { type: 'float', value: found.float }
    case 'int':
      return found.int === undefined ? undefined : { type: 'int', value: found.int }
    case 'string': {
      const value = textOf(found.string)
      return value === undefined ? undefined : { type: 'string', value }
    }
    case 'tensor': {
      if (!found.tensor) throw new BadBytes('a tensor attribute holds no tensor')
      return { type: 'tensor', value: decodeTensor(found.tensor, true).tensor }
    }
    case 'floats':
      return { type: 'floats', value: found.floats }
    case 'ints': {
      const value = found.ints.filter(item => item !== undefined)
      return value.length === found.ints.length ? { type: 'ints', value } : undefined
    }
    case 'strings': {
      const value = found.strings.map(textOf).filter(item => item !== undefined)
      return value.length === found.strings.length ? { type: 'strings', value } : undefined
    }
  }
}

function decodeAttribute(bytes: Uint8Array, nested: NestedCheck): [name: string, attribute: Attribute] {
  let name = ''
  let number = 0
  let seen = 0
  let encoded = false
  const found: Found = {
    float: 0,
    int: 0,
    string: new Uint8Array(0),
    tensor: undefined,
    floats: [],
    ints: [],
    strings: [],
  }
  const addInt = (reader: BinaryReader): void => void found.ints.push(asNumber(BigInt(reader.int64())))
  const addFloat = (reader: BinaryReader): void => void found.floats.push(reader.float())
  const unknown = eachField(bytes, (t, reader) => {
    if (t === sized(1)) name = takeName(reader)
    else if (t === varint(20)) number = reader.int32()
    else if (t === tag(2, WireType.Bit32)) found.float = reader.float()
    else if (t === varint(3)) found.int = asNumber(BigInt(reader.int64()))
    else if (t === sized(4)) found.string = takeBytes(reader)
    else if (t === sized(5)) found.tensor = takeBytes(reader)
    else if (t === tag(7, WireType.Bit32)) addFloat(reader)
    else if (t === sized(7)) eachPacked(takeBytes(reader), addFloat)
    else if (t === varint(8)) addInt(reader)
    else if (t === sized(8)) eachPacked(takeBytes(reader), addInt)
    else if (t === sized(9)) found.strings.push(takeBytes(reader))
    else if (t === sized(6) || t === sized(11)) nested.graph(takeBytes(reader))
    else if (t === sized(10)) nested.tensor(takeBytes(reader))
    else if (t === sized(22) || t === sized(23)) nested.sparse(takeBytes(reader))
    else if (t === sized(21)) takeBytes(reader)
    else return false
    seen = kindOfField[t >>> 3] ?? seen
    encoded ||= encodedFields.includes(t >>> 3)
    return true
  })
  const kind = kinds[(number || seen) as keyof typeof kinds]
  const content = kind && !encoded ? contentOf(kind, found) : undefined
  if (!content) return [name, { type: 'raw', value: bytes }]
  return [name, unknown ? { ...content, unknown } : content]
}

/** One operator call. Throws {@link BadBytes}. */
export function decodeNode(bytes: Uint8Array, nested: NestedCheck): Node {
  const attributes: [string, Attribute][] = []
  const node: Node = { op: '', domain: '', name: '', inputs: [], outputs: [], attributes: {} }
  const unknown = eachField(bytes, (t, reader) => {
    if (t === sized(1)) node.inputs.push(takeName(reader))
    else if (t === sized(2)) node.outputs.push(takeName(reader))
    else if (t === sized(3)) node.name = takeName(reader)
    else if (t === sized(4)) node.op = takeName(reader)
    else if (t === sized(7)) node.domain = takeName(reader)
    else if (t === sized(5)) attributes.push(decodeAttribute(takeBytes(reader), nested))
    else return false
    return true
  })
  if (node.op === '') throw new BadBytes(`node "${node.name}" names no operator`)
  // `ai.onnx` is another spelling of ONNX's own domain.
  if (node.domain === 'ai.onnx') node.domain = ''
  node.attributes = Object.fromEntries(attributes)
  if (Object.keys(node.attributes).length !== attributes.length)
    throw new BadBytes(`${node.op} node "${node.name}" has an attribute twice`)
  return unknown ? { ...node, unknown } : node
}
