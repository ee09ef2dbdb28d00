/** Which initializers of a model are trained, which are running statistics, and which decay. */
import type { Graph, Tensor } from '../model.ts'
import { operatorOf } from '../operators/index.ts'
import { elements } from '../tensor.ts'

/** A trained tensor of a model. */
export interface Parameter {
  name: string
  /** A weight of a product or convolution; norms and biases are not. */
  isWeight: boolean
}

const isFloat = (tensor: Tensor | undefined): tensor is Tensor =>
  tensor !== undefined && ['float32', 'float16', 'float64', 'bfloat16'].includes(tensor.dataType)

/** Whether it has one number per channel of [N, C, H, W] images, or no trainable size. */
const isChannelVector = (tensor: Tensor | undefined): boolean =>
  !isFloat(tensor) || tensor.dims.every((dim, i) => dim === 1 || i === tensor.dims.length - 3)

/**
 * The parameters of a graph, in the order in which nodes use them. Constants that normalise the images themselves (a mean
 * and a deviation per channel that an exporter left in the graph) are not parameters.
 */
export function parametersOf(graph: Graph): Parameter[] {
  const found = new Map<string, Parameter>()
  const raw = new Set(graph.inputs.map(input => input.name).filter(name => !graph.initializers.has(name)))
  for (const node of graph.nodes) {
    const where = operatorOf(node)?.parameters
    const onRaw = where?.onImages && node.inputs.some(name => raw.has(name))
    if (onRaw && node.inputs.every(name => raw.has(name) || isChannelVector(graph.initializers.get(name)))) {
      for (const output of node.outputs) raw.add(output)
      continue
    }
    if (!where) continue
    node.inputs.forEach((name, index) => {
      const tensor = graph.initializers.get(name)
      if (!isFloat(tensor)) return
      if (where.inputs === 'all' ? elements(tensor.dims) < 2 : !where.inputs.includes(index)) return
      const isWeight = where.weights === true && tensor.dims.length >= 2
      const before = found.get(name)
      found.set(name, { name, isWeight: isWeight || before?.isWeight === true })
    })
  }
  return [...found.values()]
}

/** Running means and variances of the graph's batch norms. */
export function statisticsOf(graph: Graph): string[] {
  const names = graph.nodes.flatMap(
    node => operatorOf(node)?.parameters?.statistics?.map(index => node.inputs[index]) ?? [],
  )
  return [...new Set(names)].filter(name => name !== undefined && graph.initializers.has(name)) as string[]
}
