/** The only constant folder: the outputs of a call, including their elements if those of the inputs are known. */
import type { Node } from '../model.ts'
import { elements } from '../tensor.ts'
import { operatorOf } from '../operators/index.ts'
import type { Elements } from '../shape/elements.ts'
import { type Fact, isFixed, maxListed, tensorFact } from '../shape/fact.ts'

/** Larger tensors (in elements) are not precomputed, unless they only rearrange a stored one. */
export const maxComputed = 1_000_000

/**
 * Facts about the outputs of a node; none for an unknown operator. Outputs of more than `limit` elements
 * are not computed, unless they are no larger than a stored tensor among the inputs. Throws `bad-model` for attributes of
 * the wrong type.
 */
export function evaluate(node: Node, inputs: (Fact | undefined)[], limit: number): Fact[] {
  const operator = operatorOf(node)
  if (!operator) return []
  const call = { node, inputs, attributes: operator.attributes?.(node) }
  const facts = operator.shape(call)
  if (!operator.fold) return facts
  const most = inputs.reduce((size, input) => Math.max(size, elements(input?.tensor?.dims ?? [])), limit)
  const dims = facts.map(({ shape }) =>
    shape && isFixed(shape) && shape.every(dim => dim >= 0) && elements(shape) <= most ? shape : undefined,
  )
  if (dims.every(shape => shape === undefined)) return facts
  const folded = operator.fold(call, dims)
  return facts.map((fact, i) => (folded[i] && dims[i] ? withElements(fact, dims[i], folded[i]) : fact))
}

function withElements(fact: Fact, dims: number[], found: Elements): Fact {
  if (Array.isArray(found)) return { ...fact, value: found }
  const tensor = { dataType: fact.dataType, dims, raw: found }
  return { ...tensorFact(tensor, maxListed), tensor }
}
