/** All constant tensors of a graph. */
import type { Graph, Tensor } from './model.ts'

/** Initializers and the tensors of attributes (Constant nodes), without subgraphs. */
export function tensorsOf(graph: Graph): Tensor[] {
  const tensors = [...graph.initializers.values()]
  for (const node of graph.nodes)
    for (const attribute of Object.values(node.attributes))
      if (attribute.type === 'tensor') tensors.push(attribute.value)
  return tensors
}
