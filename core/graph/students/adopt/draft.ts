/** Edits a copy of a graph: producers and consumers of values, and removal of unused nodes. */
import type { Graph, Node } from '../../model.ts'

/** A copy whose nodes, lists and maps may be changed; tensors are shared. Declared inner shapes are left out. */
export function copyGraph(graph: Graph): Graph {
  return {
    ...graph,
    nodes: graph.nodes.map(of => ({
      ...of,
      inputs: [...of.inputs],
      outputs: [...of.outputs],
      attributes: { ...of.attributes },
    })),
    // Old exporters list weights among the inputs; a student's only input is the images.
    inputs: graph.inputs.filter(({ name }) => !graph.initializers.has(name)).map(input => ({ ...input })),
    outputs: graph.outputs.map(output => ({ ...output })),
    values: [],
    initializers: new Map(graph.initializers),
  }
}

/** The node that makes each value. */
export function producersOf(graph: Graph): Map<string, Node> {
  return new Map(graph.nodes.flatMap(of => of.outputs.map(name => [name, of] as const)))
}

/** The nodes that read each value. */
export function consumersOf(graph: Graph): Map<string, Node[]> {
  const consumers = new Map<string, Node[]>()
  for (const of of graph.nodes)
    for (const name of new Set(of.inputs)) consumers.set(name, [...(consumers.get(name) ?? []), of])
  return consumers
}

/** Removes nodes that no output depends on, and initializers that no node reads. */
export function dropUnused(graph: Graph): void {
  const needed = new Set(graph.outputs.map(({ name }) => name))
  graph.nodes = graph.nodes
    .toReversed()
    .filter(of => {
      if (!of.outputs.some(name => needed.has(name))) return false
      for (const name of of.inputs) needed.add(name)
      return true
    })
    .toReversed()
  for (const name of [...graph.initializers.keys()]) if (!needed.has(name)) graph.initializers.delete(name)
}

/** A name that is not used by a value or an initializer. */
export function freshName(graph: Graph, wanted: string): string {
  const taken = new Set([...graph.initializers.keys(), ...graph.nodes.flatMap(of => of.outputs)])
  for (const { name } of graph.inputs) taken.add(name)
  let name = wanted
  for (let i = 1; taken.has(name); i++) name = `${wanted}.${i}`
  return name
}
