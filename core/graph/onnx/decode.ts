/** ModelProto → OnnxModel: untrusted bytes to plain data, with limits and one clear error. */
import { RelabelError, fail } from '../../base/error.ts'
import type { Graph, OnnxModel } from '../model.ts'
import { decodeNode } from './decode-node.ts'
import type { NestedCheck } from './decode-node.ts'
import { decodeEntry, decodeTensor } from './decode-tensor.ts'
import { decodeValue } from './decode-type.ts'
import {
  BadBytes,
  eachField,
  limits,
  sized,
  takeBytes,
  takeInteger,
  takeName,
  takeText,
  varint,
} from './wire.ts'

/** Counts over the whole file. */
interface Budget {
  items: number
}

function spend(budget: Budget): void {
  if (++budget.items > limits.items) throw new BadBytes(`it has more than ${limits.items} nodes and tensors`)
}

/** Subgraphs stay encoded, but are traversed once to check depth, counts and file references. */
function nestedCheck(depth: number, budget: Budget): NestedCheck {
  const refuse = (name: string): never => {
    throw new BadBytes(`tensor "${name}" of a subgraph lies in an external file, which is not supported`)
  }
  function checkTensor(bytes: Uint8Array): void {
    spend(budget)
    const { name, tensor } = decodeTensor(bytes)
    if (tensor.external) refuse(name)
  }
  return {
    graph(bytes) {
      if (depth >= limits.depth) throw new BadBytes(`graphs are nested deeper than ${limits.depth}`)
      const graph = decodeGraph(bytes, depth + 1, budget)
      for (const [name, tensor] of graph.initializers) if (tensor.external) refuse(name)
      for (const node of graph.nodes)
        for (const attribute of Object.values(node.attributes))
          if (attribute.type === 'tensor' && attribute.value.external) refuse(node.name)
    },
    tensor: checkTensor,
    sparse(bytes) {
      eachField(bytes, (t, reader) => {
        if (t !== sized(1) && t !== sized(2)) return false
        checkTensor(takeBytes(reader))
        return true
      })
    },
  }
}

function decodeGraph(bytes: Uint8Array, depth: number, budget: Budget): Graph {
  const graph: Graph = { name: '', nodes: [], inputs: [], outputs: [], values: [], initializers: new Map() }
  const nested = nestedCheck(depth, budget)
  const unknown = eachField(bytes, (t, reader) => {
    spend(budget)
    if (t === sized(1)) graph.nodes.push(decodeNode(takeBytes(reader), nested))
    else if (t === sized(2)) graph.name = takeName(reader)
    else if (t === sized(5)) {
      const { name, tensor } = decodeTensor(takeBytes(reader))
      if (graph.initializers.has(name)) throw new BadBytes(`initializer "${name}" occurs twice`)
      graph.initializers.set(name, tensor)
    } else if (t === sized(11)) graph.inputs.push(decodeValue(takeBytes(reader)))
    else if (t === sized(12)) graph.outputs.push(decodeValue(takeBytes(reader)))
    else if (t === sized(13)) graph.values.push(decodeValue(takeBytes(reader)))
    else {
      if (t === sized(15)) {
        const start = reader.pos
        nested.sparse(takeBytes(reader))
        reader.pos = start
      }
      return false
    }
    return true
  })
  return unknown ? { ...graph, unknown } : graph
}

/** Functions stay encoded too; their nodes are checked like a subgraph's. */
function checkFunction(bytes: Uint8Array, budget: Budget): void {
  const nested = nestedCheck(1, budget)
  eachField(bytes, (t, reader) => {
    if (t !== sized(7)) return false
    spend(budget)
    const node = decodeNode(takeBytes(reader), nested)
    for (const attribute of Object.values(node.attributes))
      if (attribute.type === 'tensor' && attribute.value.external)
        throw new BadBytes(`function node "${node.name}" refers to an external file, which is not supported`)
    return true
  })
}

function decodeOpset(bytes: Uint8Array): [domain: string, version: number] {
  let domain = ''
  let version = 0
  eachField(bytes, (t, reader) => {
    if (t === sized(1)) domain = takeName(reader)
    else if (t === varint(2)) version = takeInteger(reader)
    else return false
    return true
  })
  return [domain === 'ai.onnx' ? '' : domain, version]
}

function decodeFields(bytes: Uint8Array, model: OnnxModel): OnnxModel {
  const budget: Budget = { items: 0 }
  let graph: Graph | undefined
  const unknown = eachField(bytes, (t, reader) => {
    if (t === varint(1)) model.irVersion = takeInteger(reader)
    else if (t === sized(2)) model.producerName = takeText(reader)
    else if (t === sized(3)) model.producerVersion = takeText(reader)
    else if (t === sized(4)) model.domain = takeText(reader)
    else if (t === varint(5)) model.modelVersion = takeInteger(reader)
    else if (t === sized(6)) model.docString = takeText(reader)
    else if (t === sized(7)) {
      if (graph) throw new BadBytes('it holds two graphs')
      graph = decodeGraph(takeBytes(reader), 0, budget)
    } else if (t === sized(8)) {
      const [domain, version] = decodeOpset(takeBytes(reader))
      model.opsets.set(domain, version)
    } else if (t === sized(14)) {
      const [key, value] = decodeEntry(takeBytes(reader))
      model.metadata.set(key, value)
    } else {
      if (t === sized(25)) {
        const start = reader.pos
        checkFunction(takeBytes(reader), budget)
        reader.pos = start
      }
      return false
    }
    return true
  })
  if (!graph) throw new BadBytes('it holds no graph', model.irVersion > 0 && model.opsets.size === 0)
  if (model.opsets.size === 0 && model.irVersion >= 3) throw new BadBytes('it names no operator set', true)
  return { ...model, graph, ...(unknown ? { unknown } : {}) }
}

const emptyGraph: Graph = {
  name: '',
  nodes: [],
  inputs: [],
  outputs: [],
  values: [],
  initializers: new Map(),
}

/**
 * A model from the bytes of an `.onnx` file. Weights are views into `bytes`. Tensors in an external file keep their
 * `external` (see `readOnnx`, which loads them). Throws RelabelError `bad-model`, naming `file`, for anything that is
 * truncated, not ONNX, or beyond the limits.
 */
export function decodeModel(bytes: Uint8Array, file = 'the model'): OnnxModel {
  const model: OnnxModel = {
    irVersion: 0,
    opsets: new Map(),
    producerName: '',
    producerVersion: '',
    domain: '',
    modelVersion: 0,
    docString: '',
    metadata: new Map(),
    graph: emptyGraph,
  }
  if (bytes.length === 0) fail('bad-model', `${file} is empty`, { file })
  try {
    return decodeFields(bytes, model)
  } catch (error) {
    if (error instanceof RelabelError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    const truncated = error instanceof BadBytes ? error.truncated : error instanceof RangeError
    // Only a file that begins like a model can be truncated; anything else is another kind of file.
    if (truncated && model.irVersion > 0 && model.irVersion < 1000)
      fail('bad-model', `${file} is truncated (${reason}); copy or download it again`, { file, reason })
    return fail('bad-model', `${file} is not an ONNX model: ${reason}`, { file, reason })
  }
}
