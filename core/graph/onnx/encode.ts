/** OnnxModel → ModelProto, as pieces that reference the weights, so that they are not copied. */
import { fail } from '../../base/error.ts'
import type { Attribute, Dim, Graph, Node, OnnxModel, ValueInfo } from '../model.ts'
import { dataTypeNumber, encodeTensor } from './encode-tensor.ts'
import type { MessageWriter } from './wire.ts'
import { joined, messageWriter } from './wire.ts'

/** Maximum size of a protobuf message in bytes; larger models need an external data file. */
export const maxModelBytes = 2 ** 31 - 1

/** An int64; numbers out of range are clamped. */
function int64(value: number): bigint {
  if (value >= 2 ** 63) return 2n ** 63n - 1n
  if (value <= -(2 ** 63)) return -(2n ** 63n)
  if (!Number.isInteger(value)) fail('bad-model', `${value} is not an integer, which is needed here`)
  return BigInt(value)
}

function encodeAttribute(writer: MessageWriter, name: string, attribute: Attribute): void {
  if (attribute.type === 'raw') return writer.raw(attribute.value)
  writer.text(1, name)
  switch (attribute.type) {
    case 'float':
      writer.float(2, attribute.value)
      writer.varint(20, 1)
      break
    case 'int':
      writer.varint(3, int64(attribute.value))
      writer.varint(20, 2)
      break
    case 'string':
      writer.text(4, attribute.value)
      writer.varint(20, 3)
      break
    case 'tensor':
      writer.message(5, child => encodeTensor(child, attribute.value))
      writer.varint(20, 4)
      break
    case 'floats':
      for (const value of attribute.value) writer.float(7, value)
      writer.varint(20, 6)
      break
    case 'ints':
      for (const value of attribute.value) writer.varint(8, int64(value))
      writer.varint(20, 7)
      break
    case 'strings':
      for (const value of attribute.value) writer.text(9, value)
      writer.varint(20, 8)
      break
  }
  writer.raw(attribute.unknown)
}

function encodeNode(writer: MessageWriter, node: Node): void {
  for (const input of node.inputs) writer.text(1, input)
  for (const output of node.outputs) writer.text(2, output)
  if (node.name !== '') writer.text(3, node.name)
  writer.text(4, node.op)
  for (const [name, attribute] of Object.entries(node.attributes))
    writer.message(5, child => encodeAttribute(child, name, attribute))
  if (node.domain !== '') writer.text(7, node.domain)
  writer.raw(node.unknown)
}

function encodeDim(writer: MessageWriter, dim: Dim): void {
  if (typeof dim === 'number') writer.varint(1, int64(dim))
  else if (typeof dim === 'string') writer.text(2, dim)
}

function encodeValue(writer: MessageWriter, value: ValueInfo): void {
  const { shape, rawType } = value
  const rest = value.typeUnknown
  writer.text(1, value.name)
  if (rawType) writer.bytes(2, rawType)
  else if (value.dataType !== 'other:0' || shape)
    writer.message(2, type => {
      type.message(1, tensor => {
        tensor.varint(1, dataTypeNumber(value.dataType))
        if (shape)
          tensor.message(2, dims => {
            shape.forEach((dim, i) =>
              dims.message(1, child => {
                encodeDim(child, dim)
                child.raw(rest?.dims?.[i])
              }),
            )
            dims.raw(rest?.shape)
          })
        tensor.raw(rest?.tensor)
      })
      type.raw(rest?.type)
    })
  writer.raw(value.unknown)
}

function encodeGraph(writer: MessageWriter, graph: Graph): void {
  for (const node of graph.nodes) writer.message(1, child => encodeNode(child, node))
  writer.text(2, graph.name)
  for (const [name, tensor] of graph.initializers)
    writer.message(5, child => encodeTensor(child, tensor, name))
  for (const value of graph.inputs) writer.message(11, child => encodeValue(child, value))
  for (const value of graph.outputs) writer.message(12, child => encodeValue(child, value))
  for (const value of graph.values) writer.message(13, child => encodeValue(child, value))
  writer.raw(graph.unknown)
}

function encodeFields(writer: MessageWriter, model: OnnxModel): void {
  writer.varint(1, int64(model.irVersion))
  if (model.producerName !== '') writer.text(2, model.producerName)
  if (model.producerVersion !== '') writer.text(3, model.producerVersion)
  if (model.domain !== '') writer.text(4, model.domain)
  if (model.modelVersion !== 0) writer.varint(5, int64(model.modelVersion))
  if (model.docString !== '') writer.text(6, model.docString)
  writer.message(7, child => encodeGraph(child, model.graph))
  for (const [domain, version] of model.opsets)
    writer.message(8, child => {
      if (domain !== '') child.text(1, domain)
      child.varint(2, version)
    })
  for (const [key, value] of model.metadata)
    writer.message(14, child => {
      child.text(1, key)
      child.text(2, value)
    })
  writer.raw(model.unknown)
}

/** The file's bytes in pieces; the large ones are the weights themselves. RelabelError `unsupported` beyond 2 GB. */
export function encodeParts(model: OnnxModel): Uint8Array[] {
  const writer = messageWriter()
  encodeFields(writer, model)
  const { parts, length } = writer.finish()
  if (length > maxModelBytes)
    fail(
      'unsupported',
      `the model takes ${length} bytes, and ONNX allows ${maxModelBytes} in one file; writeOnnx puts the weights beside it`,
    )
  return parts
}

/** The file's bytes as one array (a copy of the weights; to write a file, use `writeOnnx`). */
export function encodeModel(model: OnnxModel): Uint8Array {
  return joined(encodeParts(model)) ?? new Uint8Array(0)
}
