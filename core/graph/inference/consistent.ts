/** Whether a graph accepts given input sizes: every shape known, and all operands fitting each other. */
import type { Dim, Graph, Node } from '../model.ts'
import { intAttribute } from '../node.ts'
import { elements } from '../tensor.ts'
import { binaryOperators } from '../shape/elementwise.ts'
import type { Fact } from '../shape/fact.ts'
import { fromFront } from '../shape/fact.ts'
import { isFixed } from '../shape/fold.ts'
import { inferFacts } from './infer.ts'

type Shapes = (number[] | undefined)[]

function broadcasts(shapes: number[][]): boolean {
  const rank = Math.max(0, ...shapes.map(shape => shape.length))
  for (let i = 1; i <= rank; i++) {
    const dims = new Set(shapes.map(shape => shape.at(-i) ?? 1).filter(dim => dim !== 1))
    if (dims.size > 1) return false
  }
  return true
}

function concatFits(node: Node, shapes: number[][]): boolean {
  const axis = fromFront(intAttribute(node, 'axis', 0), shapes[0]?.length ?? 0)
  return new Set(shapes.map(shape => shape.with(axis, 0).join())).size <= 1
}

/** Whether the inputs of one node fit each other and its output. */
function fits(node: Node, inputs: Shapes, outputs: Shapes): boolean {
  const known = inputs.filter(shape => shape !== undefined)
  const [a, b] = inputs
  if (binaryOperators.has(node.op)) return broadcasts(known)
  if (node.op === 'Concat')
    return known.every(shape => shape.length === known[0]?.length) && concatFits(node, known)
  if (node.op === 'Reshape') return !!a && !!outputs[0] && elements(a) === elements(outputs[0])
  if (node.op === 'Conv') return !!a && !!b && a[1] === b[1]! * intAttribute(node, 'group', 1)
  if (node.op === 'MatMul') return !!a && !!b && a.at(-1) === (b.length > 1 ? b.at(-2) : b[0])
  if (node.op === 'Gemm')
    return (
      !!a && !!b && a[intAttribute(node, 'transA', 0) ? 0 : 1] === b[intAttribute(node, 'transB', 0) ? 1 : 0]
    )
  if (node.op === 'Expand') return !!a && !!outputs[0] && broadcasts([a, outputs[0]])
  return true
}

const fixedShape = (fact: Fact | undefined): number[] | undefined =>
  fact?.shape && isFixed(fact.shape) ? fact.shape : undefined

/**
 * The facts of a graph at input sizes that are all numbers, or undefined where some shape is not known or operands do
 * not fit, so that the graph could not run (or cannot be told to).
 */
export function factsAt(graph: Graph, inputs: Record<string, Dim[]>): Map<string, Fact> | undefined {
  const facts = inferFacts(graph, inputs)
  const shapeOf = (name: string): number[] | undefined => fixedShape(facts.get(name))
  for (const node of graph.nodes) {
    const outputs = node.outputs.map(shapeOf)
    if (node.outputs.some((name, i) => name !== '' && i === 0 && !outputs[i])) return undefined
    if (outputs[0]?.some(dim => dim === 0) && node.op !== 'Constant' && node.op !== 'ConstantOfShape')
      return undefined
    if (!fits(node, node.inputs.map(shapeOf), outputs)) return undefined
  }
  return facts
}
