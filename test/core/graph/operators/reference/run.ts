/** Runs a forward graph in double precision, operator by operator: the reference that training graphs are held to. */
import type { OnnxModel } from '../../../../../core/graph/model.ts'
import { toNumbers } from '../../../../../core/graph/tensor.ts'
import { array, type Array64 } from './array.ts'
import { elementwise } from './elementwise.ts'
import { layers } from './layers.ts'
import type { Environment, Operator } from './operator.ts'
import { shaping } from './shaping.ts'
import { windows } from './windows.ts'

export const operators: Record<string, Operator> = { ...elementwise, ...layers, ...shaping, ...windows }

export interface RunOptions {
  training?: boolean
  momentum?: number
  /** Dropout masks in the order of the nodes. */
  masks?: ArrayLike<number>[]
}

/** Initializers of a model in double precision. */
export function initializersOf(model: OnnxModel): Map<string, Array64> {
  const found = [...model.graph.initializers]
  return new Map(found.map(([name, tensor]) => [name, array(tensor.dims, toNumbers(tensor))]))
}

/** The model's output and its new running statistics, for values (images, parameters) by name. */
export function run(
  model: OnnxModel,
  values: Map<string, Array64>,
  { training = true, momentum = 0.1, masks = [] }: RunOptions = {},
): { output: Array64; statistics: Map<string, Array64> } {
  const known = new Map(values)
  const environment: Environment = {
    training,
    momentum,
    opset: model.opsets.get('') ?? 0,
    masks: masks.map(mask => Float64Array.from(mask)),
    statistics: new Map(),
  }
  for (const node of model.graph.nodes) {
    const operator = operators[node.op]
    if (!operator) throw new Error(`the reference has no ${node.op}`)
    const inputs = node.inputs.map(name => (name === '' ? undefined : known.get(name)))
    const result = operator(inputs, node, environment)
    const outputs = Array.isArray(result) ? (result as Array64[]) : [result as Array64]
    outputs.forEach((output, i) => known.set(node.outputs[i]!, output))
  }
  return { output: known.get(model.graph.outputs[0]!.name)!, statistics: environment.statistics }
}
