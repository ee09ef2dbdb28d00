/**
 * An ONNX model as plain data: output of the reader, input of the writer, and subject of every transformation in this
 * room.
 */

/** Element types of ONNX tensors (TensorProto.DataType) that this program supports, with ONNX's numbers. */
export const dataTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const

/** Name of an element type; `other:<n>` keeps one that is not listed. */
export type DataType = keyof typeof dataTypes | `other:${number}`

/**
 * A constant tensor. `raw` holds little-endian elements in row-major order, and may be a view into the file that was
 * read; use the accessors of `tensor.ts` to look at it.
 */
export interface Tensor {
  dataType: DataType
  dims: number[]
  raw: Uint8Array
  /** The elements of string tensors; `raw` is then empty. */
  strings?: Uint8Array[]
  /**
   * Location of the elements in a file next to the model; `raw` is then empty. `readOnnx` loads them and removes this.
   */
  external?: ExternalData
  /** Encoded protobuf fields that are not modelled here, preserved for writing. */
  unknown?: Uint8Array
}

/** A range of a file next to the model: a relative path and bytes (without `length`: the tensor's size). */
export interface ExternalData {
  location: string
  offset: number
  length?: number
}

/** A node's attribute. Kinds that this program does not interpret stay encoded. */
export type Attribute = AttributeContent & { unknown?: Uint8Array }

type AttributeContent =
  | { type: 'float'; value: number }
  | { type: 'int'; value: number }
  | { type: 'string'; value: string }
  | { type: 'tensor'; value: Tensor }
  | { type: 'floats'; value: number[] }
  | { type: 'ints'; value: number[] }
  | { type: 'strings'; value: string[] }
  | { type: 'raw'; value: Uint8Array } // a whole encoded AttributeProto

/** One operator call. An omitted optional input or output is the empty string. */
export interface Node {
  op: string
  /** Operator domain; `''` is ONNX's own. */
  domain: string
  name: string
  inputs: string[]
  outputs: string[]
  attributes: Record<string, Attribute>
  unknown?: Uint8Array
}

/** A dimension: a number, a symbol, or unknown. */
export type Dim = number | string | null

/** Name, element type and shape of a value; `shape` is absent if the rank is unknown. */
export interface ValueInfo {
  name: string
  dataType: DataType
  shape?: Dim[]
  /** The encoded TypeProto if it is not a dense tensor. */
  rawType?: Uint8Array
  /** Fields inside a dense tensor's TypeProto that are not modelled (denotations), level by level. */
  typeUnknown?: {
    type?: Uint8Array
    tensor?: Uint8Array
    shape?: Uint8Array
    /** By dimension. */
    dims?: (Uint8Array | undefined)[]
  }
  unknown?: Uint8Array
}

/** A dataflow graph; nodes are in topological order, as ONNX requires. */
export interface Graph {
  name: string
  nodes: Node[]
  inputs: ValueInfo[]
  outputs: ValueInfo[]
  values: ValueInfo[]
  initializers: Map<string, Tensor>
  unknown?: Uint8Array
}

/** A model: a graph with the versions it was written for. */
export interface OnnxModel {
  irVersion: number
  /** Operator set version by domain; `''` is ONNX's own. */
  opsets: Map<string, number>
  producerName: string
  producerVersion: string
  domain: string
  modelVersion: number
  docString: string
  metadata: Map<string, string>
  graph: Graph
  unknown?: Uint8Array
}
