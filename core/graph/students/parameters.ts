/** Counts a model's parameters as publications do. */
import type { Graph, OnnxModel } from '../model.ts'
import { elements } from '../tensor.ts'
import { parametersOf } from '../training/parameters.ts'

/**
 * Names of weights and biases in order of first use: what training changes. Running statistics, scalar constants of
 * elementwise operators, and settings such as clip bounds and dropout ratios are not among them.
 */
export function parameterNames(graph: Graph): string[] {
  return parametersOf(graph).map(({ name }) => name)
}

/** Number of weights and biases, without running statistics: the figure that publications give. */
export function parameterCount(model: OnnxModel): number {
  const { graph } = model
  return parameterNames(graph).reduce(
    (sum, name) => sum + elements(graph.initializers.get(name)?.dims ?? [0]),
    0,
  )
}
