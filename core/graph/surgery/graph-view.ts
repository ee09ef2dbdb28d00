/** A graph with its producers, consumers and constants at hand. */
import { fail } from '../../base/error.ts'
import type { Graph, Node, Tensor } from '../model.ts'
import { intsAttribute } from '../node.ts'
import { inferFacts } from '../inference/infer.ts'
import type { Fact } from '../shape/fact.ts'
import { transposed } from '../cell/weights.ts'

/** What the surgery looks things up in. */
export interface GraphView {
  graph: Graph
  facts: Map<string, Fact>
  /** Position of the node that makes a value. */
  producer: Map<string, number>
  /** How many nodes and outputs read a value. */
  readers: Map<string, number>
  /** Whether a value does not depend on the model's inputs. */
  isConstant(name: string): boolean
  /** The stored elements of a constant, through Identity and a matrix transpose; undefined where they are computed. */
  constant(name: string): Tensor | undefined
}

/** Inputs that carry data; the others carry shapes, axes and bounds. */
const onlyFirst = new Set(
  'Reshape Expand Slice Squeeze Unsqueeze Pad Tile Resize Clip Dropout ReduceMean ReduceSum ReduceMax Gather Split Flatten'.split(
    ' ',
  ),
)

/** The inputs of a node through which data flows. */
export function dataInputs(view: GraphView, node: Node): string[] {
  const candidates = onlyFirst.has(node.op) ? node.inputs.slice(0, 1) : node.inputs
  return candidates.filter(name => name !== '' && !view.isConstant(name))
}

/** Builds the view; throws `bad-model` where a value has two makers, or none before it is read. */
export function viewOf(graph: Graph): GraphView {
  const producer = new Map<string, number>()
  const readers = new Map<string, number>()
  const read = (name: string): unknown => readers.set(name, (readers.get(name) ?? 0) + 1)
  const known = new Set(graph.inputs.map(input => input.name))
  const dynamic = new Set(graph.inputs.map(input => input.name).filter(name => !graph.initializers.has(name)))
  graph.nodes.forEach((node, index) => {
    for (const name of node.inputs) {
      // ONNX demands this order; without it a walk could go in circles.
      const later = name !== '' && !known.has(name) && !graph.initializers.has(name)
      if (later)
        fail('bad-model', `${node.op} node "${node.name}" reads "${name}", which nothing before it makes`)
      read(name)
    }
    // Subgraphs may read any value of the graph around them.
    const hidden = node.op === 'If' || node.op === 'Loop' || node.op === 'Scan'
    const depends = hidden || node.inputs.some(name => dynamic.has(name))
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

  function constant(name: string, depth = 0): Tensor | undefined {
    const stored = graph.initializers.get(name)
    if (stored || depth > 8) return stored
    const node = graph.nodes[producer.get(name) ?? -1]
    if (node?.op === 'Constant' && node.attributes.value?.type === 'tensor')
      return node.attributes.value.value
    const source = node?.inputs[0]
    if (!node || source === undefined) return undefined
    if (node.op === 'Identity') return constant(source, depth + 1)
    const perm = intsAttribute(node, 'perm')
    const matrix = node.op === 'Transpose' && (perm === undefined || perm.join() === '1,0')
    const before = matrix ? constant(source, depth + 1) : undefined
    return before?.dims.length === 2 ? transposed(before) : undefined
  }
  return {
    graph,
    facts: inferFacts(graph),
    producer,
    readers,
    isConstant: name => !dynamic.has(name),
    constant: name => constant(name),
  }
}
