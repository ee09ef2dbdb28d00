/** Whether a graph accepts given input sizes: every shape is known and all operands fit. */
import type { Dim, Graph } from '../model.ts'
import { operatorOf } from '../operators/index.ts'
import type { Fact } from '../shape/fact.ts'
import { isFixed } from '../shape/fact.ts'
import { inferFacts } from './infer.ts'

const fixedShape = (fact: Fact | undefined): number[] | undefined =>
  fact?.shape && isFixed(fact.shape) ? fact.shape : undefined

/** Operators that make empty tensors on purpose. */
const mayBeEmpty: readonly string[] = ['Constant', 'ConstantOfShape']

/**
 * The facts of a graph at input sizes that are all numbers, or undefined where some shape is not known or operands do
 * not fit, so that the graph could not run (or it cannot be decided).
 */
export function factsAt(graph: Graph, inputs: Record<string, Dim[]>): Map<string, Fact> | undefined {
  const facts = inferFacts(graph, inputs)
  for (const node of graph.nodes) {
    const known = node.inputs.map(name => facts.get(name))
    const output = fixedShape(facts.get(node.outputs[0] ?? ''))
    if (node.outputs[0] && !output) return undefined
    if (output?.some(dim => dim === 0) && !mayBeEmpty.includes(node.op)) return undefined
    const operator = operatorOf(node)
    const call = { node, inputs: known, attributes: operator?.attributes?.(node) }
    if (operator?.fits && !operator.fits(call, known.map(fixedShape), output)) return undefined
  }
  return facts
}
