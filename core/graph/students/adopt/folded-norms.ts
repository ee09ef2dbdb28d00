/** Finds convolutions into which an exporter has probably folded batch norms. */
import type { Graph, Node } from '../../model.ts'
import { consumersOf } from './draft.ts'
import { modulePath } from './names.ts'

const otherNorms = ['LayerNormalization', 'InstanceNormalization', 'GroupNormalization']

/**
 * Names of convolutions with a bias that no batch norm follows. Left out are those behind a global pool (squeeze and
 * excitation), the classifier's own layer `head`, where a bias is usual, and whole networks of other norms. A network
 * that never had batch norms looks the same.
 */
export function foldedNorms(graph: Graph, head?: Node): string[] {
  if (graph.nodes.some(of => otherNorms.includes(of.op))) return []
  const consumers = consumersOf(graph)
  const pooled = new Set<string>()
  const names: string[] = []
  for (const of of graph.nodes) {
    const [x, , bias] = of.inputs
    const behindPool =
      ['GlobalAveragePool', 'GlobalMaxPool', 'ReduceMean'].includes(of.op) || pooled.has(x ?? '')
    // A product of pooled gates and a map is a map again.
    const all = of.inputs.every(name => pooled.has(name) || graph.initializers.has(name) || name === '')
    if (behindPool && (all || !['Mul', 'Add', 'Sub', 'Concat'].includes(of.op)))
      for (const name of of.outputs) pooled.add(name)
    if (of.op !== 'Conv' || of === head || !bias || pooled.has(x ?? '')) continue
    const next = consumers.get(of.outputs[0] ?? '') ?? []
    if (next.every(after => after.op !== 'BatchNormalization'))
      names.push(modulePath(of) ?? (of.name || of.outputs[0]!))
  }
  return names
}
