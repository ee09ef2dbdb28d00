/** Shape inference: every value's type and shape, with symbolic dimensions and folded shape arithmetic. */
import { fail } from '../../base/error.ts'
import type { Dim, Graph, ValueInfo } from '../model.ts'
import { cleanDim } from '../shape/dim.ts'
import type { Fact } from '../shape/fact.ts'
import { fact, maxListed, tensorFact, unknownFact } from '../shape/fact.ts'
import { operatorName, operatorOf } from '../operators/index.ts'
import { evaluate } from './evaluate.ts'

/** Represents an unknown input dimension during shape inference, so that it can be traced. */
const anonymous = '?'

/** The symbols that the given input shapes replace; throws `mismatch` if a shape does not fit the declared one. */
function bind(graph: Graph, inputs: Record<string, Dim[]>): Map<string, Dim> {
  const bound = new Map<string, Dim>()
  for (const [name, shape] of Object.entries(inputs)) {
    const declared = graph.inputs.find(input => input.name === name)
    if (!declared)
      fail(
        'mismatch',
        `the model has no input "${name}"; its inputs are ${graph.inputs.map(i => i.name).join(', ')}`,
      )
    if (declared.shape && declared.shape.length !== shape.length)
      fail('mismatch', `input "${name}" has ${declared.shape.length} dimensions, not ${shape.length}`)
    declared.shape?.forEach((dim, i) => {
      const given = shape[i]
      if (typeof dim === 'string' && given !== undefined && given !== null && !bound.has(dim))
        bound.set(dim, given)
    })
  }
  return bound
}

/**
 * What is known about every value of the graph: types, shapes, and the elements of small tensors. `inputs` gives or
 * overrides input shapes by name; a symbol that is bound this way is bound everywhere.
 */
export function inferFacts(graph: Graph, inputs: Record<string, Dim[]> = {}): Map<string, Fact> {
  const facts = new Map<string, Fact>()
  const bound = bind(graph, inputs)
  let unknowns = 0
  const substitute = (dim: Dim): Dim => (typeof dim === 'string' ? (bound.get(dim) ?? dim) : dim)
  for (const input of graph.inputs) {
    const shape = (inputs[input.name] ?? input.shape)?.map(
      dim => substitute(dim) ?? `${anonymous}${unknowns++}`,
    )
    facts.set(input.name, fact(input.dataType, shape))
  }
  for (const [name, tensor] of graph.initializers) facts.set(name, tensorFact(tensor))

  const overridden = Object.keys(inputs).some(name =>
    graph.inputs
      .find(input => input.name === name)
      ?.shape?.some((dim, i) => typeof dim === 'number' && dim !== inputs[name]?.[i]),
  )
  const declared = new Map([...graph.values, ...graph.outputs].map(value => [value.name, value]))
  /**
   * The file's declaration of a value that no operator describes; its sizes are valid only for the declared input
   * sizes.
   */
  const declaredFact = (name: string): Fact => {
    const value = declared.get(name)
    return value ? fact(value.dataType, overridden ? undefined : value.shape?.map(substitute)) : unknownFact
  }

  for (const node of graph.nodes) {
    const known = node.inputs.map(name => (name === '' ? undefined : facts.get(name)))
    const results = evaluate(node, known, maxListed)
    node.outputs.forEach((name, i) => {
      if (name === '') return
      const result = results[i] ?? unknownFact
      const said = result.shape
        ? result
        : { ...declaredFact(name), ...result, ...typeFrom(result, declaredFact(name)) }
      facts.set(name, said.shape ? { ...said, shape: said.shape.map(cleanDim) } : said)
    })
  }
  return facts
}

const typeFrom = (result: Fact, said: Fact): Pick<Fact, 'dataType'> =>
  result.dataType === 'other:0' ? { dataType: said.dataType } : { dataType: result.dataType }

const publicDim = (dim: Dim): Dim => (typeof dim === 'string' && dim.includes(anonymous) ? null : dim)

/**
 * Type and shape of every input, initializer and value of the graph. A dimension is a number, a symbol of the inputs
 * (`batch`), a product or quotient of them (`49*batch`, `ceil(height/32)`), or null. `inputs` gives or overrides input
 * shapes by name. Values of unknown operators are `other:0` without a shape, or what the file says of them. Throws
 * `mismatch` for inputs that the graph does not have, `bad-model` for attributes of the wrong type.
 */
export function inferShapes(graph: Graph, inputs: Record<string, Dim[]> = {}): Map<string, ValueInfo> {
  const values = new Map<string, ValueInfo>()
  for (const [name, { dataType, shape }] of inferFacts(graph, inputs))
    values.set(name, { name, dataType, ...(shape ? { shape: shape.map(publicDim) } : {}) })
  return values
}

/** Operators of the graph that shape inference does not know, sorted (`Op` or `domain:Op`). */
export function unsupportedOperators(graph: Graph): string[] {
  const unknown = graph.nodes.filter(node => !operatorOf(node)).map(operatorName)
  return [...new Set(unknown)].sort()
}
