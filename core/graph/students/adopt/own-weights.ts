/** Gives every layer its own weights as initializers, if an exporter hid or merged them. */
import type { Graph } from '../../model.ts'
import { constantTensor } from '../../operators/constant.ts'
import { elements } from '../../tensor.ts'
import { freshName, producersOf } from './draft.ts'
import { parameterName, partName } from './names.ts'

/** Turns Constant nodes that hold weights, biases or running statistics into initializers. Changes `graph`. */
export function promoteConstants(graph: Graph): void {
  const producers = producersOf(graph)
  for (const of of graph.nodes) {
    const bias = of.op === 'Add' && of.inputs.some(name => producers.get(name)?.op === 'MatMul')
    of.inputs.forEach((name, position) => {
      const source = producers.get(name)
      if (source?.op !== 'Constant') return
      if (!(partName(of, position) ?? (of.op === 'MatMul' || bias))) return
      const tensor = constantTensor(source)
      if (tensor && (elements(tensor.dims) > 1 || !bias)) graph.initializers.set(name, tensor)
    })
  }
  graph.nodes = graph.nodes.filter(of => of.op !== 'Constant' || !graph.initializers.has(of.outputs[0] ?? ''))
}

/**
 * Exporters merge equal tensors, say all biases that are 0; trained as one they would be tied. Gives each layer its own
 * vector again and returns how many were separated. Kernels and matrices stay shared, because that is intended. Changes
 * `graph`.
 */
export function separateShared(graph: Graph): number {
  const owned = new Set<string>()
  let separated = 0
  for (const of of graph.nodes)
    of.inputs.forEach((name, position) => {
      const tensor = graph.initializers.get(name)
      if (!tensor || !partName(of, position) || tensor.dims.length > 1) return
      if (!owned.has(name)) return void owned.add(name)
      const own = freshName(graph, parameterName(of, position) ?? name)
      graph.initializers.set(own, tensor)
      owned.add(own)
      of.inputs[position] = own
      separated++
    })
  return separated
}
