/** Whether training can differentiate a graph: every operator that images or weights flow through needs a gradient. */
import type { Graph } from '../model.ts'
import { operatorName, operatorOf, operators } from '../operators/index.ts'
import { parametersOf, statisticsOf } from './parameters.ts'

/** Names of the operators with a gradient, sorted. */
export const differentiable: readonly string[] = [...operators]
  .filter(([, operator]) => operator.gradient)
  .map(([name]) => name)
  .sort()

/**
 * Names of a graph's operators that training does not support, sorted: those without a gradient, except what can be
 * precomputed because it depends on shapes and constants alone.
 */
export function unsupportedOperators(graph: Graph): string[] {
  const flowing = new Set([
    ...graph.inputs.map(({ name }) => name).filter(name => !graph.initializers.has(name)),
    ...parametersOf(graph).map(({ name }) => name),
    ...statisticsOf(graph),
  ])
  const unsupported = new Set<string>()
  for (const node of graph.nodes) {
    const operator = operatorOf(node)
    const flows = operator?.dataInputs !== 0 && node.inputs.some(name => flowing.has(name))
    if (flows) for (const name of node.outputs) flowing.add(name)
    if (!operator?.gradient && (flows || !operator?.fold)) unsupported.add(operatorName(node))
  }
  return [...unsupported].sort()
}

/** The names, with a reason for those that training supports on shapes and constants only. */
export function explain(unsupported: readonly string[]): string {
  const ahead = unsupported.filter(name => operators.get(name)?.fold)
  if (ahead.length === 0) return unsupported.join(', ')
  return `${unsupported.join(', ')} (${ahead.join(', ')} depends on the images or on weights; training supports that on shapes and constants only)`
}
