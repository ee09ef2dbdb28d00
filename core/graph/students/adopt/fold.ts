/** Precomputes what does not depend on any input, such as the padding that PyTorch exports as a dozen nodes. */
import { evaluate, maxComputed } from '../../inference/evaluate.ts'
import type { Graph, Node, Tensor } from '../../model.ts'
import { node, tensorAttribute } from '../../node.ts'
import { storedTensor } from '../../shape/elements.ts'
import { type Fact, isReadable, tensorFact } from '../../shape/fact.ts'
import { elements } from '../../tensor.ts'

const whole: readonly string[] = ['int64', 'int32', 'uint8', 'int8', 'bool']

const isVector = (fact: Fact | undefined): boolean =>
  fact?.tensor !== undefined && !whole.includes(fact.dataType) && elements(fact.tensor.dims) > 1

/**
 * Only shapes, scalars and rearrangements of one tensor: weights that are scaled by or joined with other weights are
 * trained as they are.
 */
function mayFold(result: Tensor, moved: boolean, inputs: readonly (Fact | undefined)[]): boolean {
  if (whole.includes(result.dataType) || elements(result.dims) <= 1) return true
  const vectors = inputs.filter(isVector).length
  return vectors === 0 || (vectors === 1 && moved)
}

/** The tensors that a node yields, or undefined if this program leaves it to the engine. */
function resultsOf(of: Node, inputs: readonly (Fact | undefined)[]): Tensor[] | undefined {
  const facts = evaluate(of, [...inputs], maxComputed)
  const tensors = of.outputs.map((_, i) => {
    const found = facts[i]
    const tensor = found && storedTensor(found)
    return tensor && mayFold(tensor, found.tensor !== undefined, inputs) ? tensor : undefined
  })
  return tensors.every(tensor => tensor !== undefined) ? tensors : undefined
}

const known = (tensor: Tensor): Fact =>
  isReadable(tensor) ? { ...tensorFact(tensor), tensor } : tensorFact(tensor)

/**
 * Replaces nodes that depend on constants alone: rearranged weights become initializers, everything else Constant
 * nodes. Changes `graph`.
 */
export function foldConstants(graph: Graph): void {
  const facts = new Map([...graph.initializers].map(([name, tensor]) => [name, known(tensor)]))
  const constants: Node[] = []
  graph.nodes = graph.nodes.filter(of => {
    const inputs = of.inputs.map(name => facts.get(name))
    if (of.inputs.some((name, i) => name !== '' && !inputs[i])) return true
    const results = resultsOf(of, inputs)
    if (!results || results.length === 0) return true
    const fromWeights = of.inputs.some(input => graph.initializers.has(input))
    results.forEach((tensor, i) => {
      const name = of.outputs[i]!
      if (name === '') return
      facts.set(name, known(tensor))
      if (fromWeights && !whole.includes(tensor.dataType) && elements(tensor.dims) > 1)
        graph.initializers.set(name, tensor)
      else constants.push(node('Constant', [], [name], { value: tensorAttribute(tensor) }, of.name))
    })
    return false
  })
  graph.nodes.unshift(...constants)
}
