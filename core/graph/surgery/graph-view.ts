/** A graph with lookups for producers, consumers and constants. */
import { fail } from '../../base/error.ts'
import type { Lookup } from '../cell/cells.ts'
import { transposed } from '../cell/weights.ts'
import { inferFacts } from '../inference/infer.ts'
import type { Graph, Node, Tensor } from '../model.ts'
import { intsAttribute } from '../node.ts'
import { constantTensor } from '../operators/constant.ts'
import { operatorOf } from '../operators/index.ts'

/** The lookups that the surgery uses. */
export interface GraphView extends Lookup {
  graph: Graph
  /** Position of the node that makes a value. */
  producer: Map<string, number>
}

/** Subgraphs may read any value of the graph around them. */
const withSubgraphs: readonly string[] = ['If', 'Loop', 'Scan']

interface Links {
  producer: Map<string, number>
  readers: Map<string, number>
  /** Values that depend on the model's inputs. */
  dynamic: Set<string>
}

/** Who makes and who reads each value. */
function linksOf(graph: Graph): Links {
  const producer = new Map<string, number>()
  const readers = new Map<string, number>()
  const read = (name: string): unknown => readers.set(name, (readers.get(name) ?? 0) + 1)
  const known = new Set(graph.inputs.map(input => input.name))
  const dynamic = new Set([...known].filter(name => !graph.initializers.has(name)))
  graph.nodes.forEach((node, index) => {
    for (const name of node.inputs) {
      // ONNX requires this order; without it a traversal could loop.
      const later = name !== '' && !known.has(name) && !graph.initializers.has(name)
      if (later)
        fail('bad-model', `${node.op} node "${node.name}" reads "${name}", which no earlier node makes`)
      read(name)
    }
    const depends = withSubgraphs.includes(node.op) || node.inputs.some(name => dynamic.has(name))
    for (const name of node.outputs) {
      if (name === '') continue
      if (known.has(name) || graph.initializers.has(name))
        fail('bad-model', `${node.op} node "${node.name}" makes "${name}", which is there already`)
      producer.set(name, index)
      known.add(name)
      if (depends) dynamic.add(name)
    }
  })
  for (const output of graph.outputs) read(output.name)
  return { producer, readers, dynamic }
}

/** A stored tensor, through Identity and matrix transposes. */
function storedConstant(graph: Graph, links: Links, name: string, depth = 0): Tensor | undefined {
  const stored = graph.initializers.get(name)
  if (stored || depth > 8) return stored
  const node = graph.nodes[links.producer.get(name) ?? -1]
  if (node?.op === 'Constant') return constantTensor(node)
  const source = node?.inputs[0]
  if (!node || source === undefined) return undefined
  const before = (): Tensor | undefined => storedConstant(graph, links, source, depth + 1)
  if (node.op === 'Identity') return before()
  const perm = intsAttribute(node, 'perm')
  const isMatrix = node.op === 'Transpose' && (perm === undefined || perm.join() === '1,0')
  const matrix = isMatrix ? before() : undefined
  return matrix?.dims.length === 2 ? transposed(matrix) : undefined
}

/** Builds the view; throws `bad-model` if a value has two producers, or is read before it is produced. */
export function viewOf(graph: Graph): GraphView {
  const links = linksOf(graph)
  const isConstant = (name: string): boolean => !links.dynamic.has(name)
  return {
    graph,
    facts: inferFacts(graph),
    producer: links.producer,
    readers: links.readers,
    isConstant,
    constant: name => storedConstant(graph, links, name),
    dataInputs(node: Node) {
      const count = operatorOf(node)?.dataInputs ?? node.inputs.length
      return node.inputs.slice(0, count).filter(name => name !== '' && !isConstant(name))
    },
  }
}
