/** Which of a model's initializers are parameters: what training changes, and what publications count. */
import type { Graph, Node, OnnxModel } from '../model.ts'
import { elements } from '../tensor.ts'

const floating = new Set(['float32', 'float16', 'bfloat16', 'float64'])

/** Inputs of an operator that hold weights, by position. */
function weightPositions(of: Node): readonly number[] {
  switch (of.op) {
    case 'Conv':
    case 'ConvTranspose':
    case 'Gemm':
    case 'BatchNormalization': // scale and bias; running statistics (3 and 4) are no parameters
    case 'LayerNormalization':
      return [1, 2]
    case 'MatMul':
    case 'Add':
    case 'Sub':
    case 'Mul':
      return [0, 1]
    case 'PRelu':
      return [1]
    default:
      return []
  }
}

/**
 * Names of weights and biases in order of first use. Running statistics, scalar constants of elementwise operators, and
 * settings such as clip bounds and dropout ratios are not among them.
 */
export function parameterNames(graph: Graph): string[] {
  const names = new Set<string>()
  for (const of of graph.nodes)
    for (const position of weightPositions(of)) {
      const name = of.inputs[position]
      const tensor = name ? graph.initializers.get(name) : undefined
      if (!name || !tensor || !floating.has(tensor.dataType)) continue
      if (['Add', 'Sub', 'Mul'].includes(of.op) && elements(tensor.dims) === 1) continue
      names.add(name)
    }
  return [...names]
}

/** Number of weights and biases, without running statistics: the figure that publications give. */
export function parameterCount(model: OnnxModel): number {
  const { graph } = model
  return parameterNames(graph).reduce(
    (sum, name) => sum + elements(graph.initializers.get(name)?.dims ?? [0]),
    0,
  )
}
