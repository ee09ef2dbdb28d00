/** Removes what an output does not need. */
import type { Graph, Node, Tensor } from '../model.ts'

const subgraphs = new Set(['If', 'Loop', 'Scan'])

/** The nodes and initializers behind the graph's outputs; inputs stay. */
export function pruned(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(output => output.name))
  const nodes: Node[] = []
  // Subgraphs may read values of the graph around them without naming them as inputs.
  let hidden = false
  for (const node of [...graph.nodes].reverse()) {
    if (!hidden && !node.outputs.some(name => needed.has(name))) continue
    hidden ||= subgraphs.has(node.op)
    node.inputs.forEach(name => needed.add(name))
    nodes.push(node)
  }
  const kept = [...graph.initializers].filter(([name]) => hidden || needed.has(name))
  return { ...graph, nodes: nodes.reverse(), initializers: new Map<string, Tensor>(kept) }
}

/** The graph with values renamed, wherever they occur outside subgraphs. */
export function renamed(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const rename = (name: string): string => names.get(name) ?? name
  return {
    ...graph,
    nodes: graph.nodes.map(node => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    })),
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [rename(name), tensor])),
  }
}
