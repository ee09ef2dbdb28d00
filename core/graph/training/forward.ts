/** Writes a model's forward pass in training mode, and remembers how to go back. */
import { fail } from '../../base/error.ts'
import type { Graph, OnnxModel } from '../model.ts'
import { elements, toFloat32, toNumbers } from '../tensor.ts'
import { createGradients, type Backward, type Constant, type Context } from '../gradient/context.ts'
import type { LoweringOptions } from '../lowering/lower.ts'
import { fold, isWhole } from './fold.ts'
import { constantOperators, rules } from './operators.ts'
import type { Writer } from '../writer.ts'

export interface ForwardPass {
  logits: string
  /** New values of running statistics by initializer name. */
  statistics: Map<string, string>
  masks: { name: string; shape: readonly number[]; ratio: number }[]
  /** Writes the backward pass; afterwards `gradient(name)` knows every parameter's. */
  backward(gradient: string): void
  gradient(name: string): string | undefined
}

export interface ForwardOptions {
  writer: Writer
  lowering: LoweringOptions
  batchNormMomentum: number
  /** Values of the training graph by name in the model: the images, the parameters, the statistics. */
  given: Map<string, { value: string; trained: boolean }>
}

/** Names the operators of a graph that training cannot differentiate. */
export function unsupportedOperators(graph: Graph): string[] {
  const foreign = graph.nodes.filter(
    ({ op, domain }) =>
      !(domain === '' || domain === 'ai.onnx') || !(op in rules || constantOperators.includes(op)),
  )
  return [...new Set(foreign.map(({ op, domain }) => (domain === '' ? op : `${domain}:${op}`)))].sort()
}

/** Writes the forward pass of `model`; its only output must be the logits. */
export function writeForward(model: OnnxModel, options: ForwardOptions): ForwardPass {
  const { graph } = model
  const { writer, given } = options
  const unsupported = unsupportedOperators(graph)
  if (unsupported.length > 0)
    fail(
      'unsupported',
      `training cannot differentiate ${unsupported.join(', ')} of this model; it handles ${Object.keys(rules).sort().join(', ')}`,
    )

  const values = new Map<string, string>()
  const trained = new Set<string>()
  const constants = new Map<string, Constant>()
  const statistics = new Map<string, string>()
  const masks: ForwardPass['masks'] = []
  const gradients = createGradients(writer)
  for (const [name, { value, trained: wanted }] of given) {
    values.set(name, value)
    if (wanted) trained.add(name)
  }

  const context: Context = {
    writer,
    lowering: options.lowering,
    opset: model.opsets.get('') ?? 0,
    batchNormMomentum: options.batchNormMomentum,
    value(name) {
      const found = values.get(name)
      if (found !== undefined) return found
      const tensor = graph.initializers.get(name)
      const folded = constants.get(name)
      if (!tensor && !folded) return fail('bad-model', `value "${name}" is used before it is made`)
      const value = tensor
        ? writer.constant(toFloat32(tensor), tensor.dims)
        : writer.constant((folded as Constant).values, (folded as Constant).shape)
      values.set(name, value)
      return value
    },
    define(name, value, needsGradient) {
      values.set(name, value)
      if (needsGradient) trained.add(name)
    },
    needsGradient: name => trained.has(name),
    constant(name) {
      const tensor = graph.initializers.get(name)
      if (!tensor || given.has(name) || elements(tensor.dims) > 4096) return constants.get(name)
      return { values: toNumbers(tensor), shape: tensor.dims, whole: isWhole(tensor.dataType) }
    },
    defineConstant: (name, constant) => void constants.set(name, constant),
    addGradient: gradients.add,
    updateStatistic: (name, value) => void statistics.set(name, value),
    dropoutMask(shape, ratio) {
      const name = writer.input(`dropout_mask_${masks.length}`, [...shape])
      masks.push({ name, shape, ratio })
      return name
    },
  }

  const steps: { outputs: string[]; back: Backward }[] = []
  for (const node of graph.nodes) {
    const folded = fold(context, node)
    if (folded) {
      context.defineConstant(node.outputs[0] as string, folded)
      continue
    }
    const rule = rules[node.op]
    if (!rule)
      fail(
        'unsupported',
        `${node.op} node "${node.name}" depends on the images; training supports it on shapes and constants only`,
      )
    steps.push({ outputs: node.outputs, back: rule(context, node) })
  }
  const output = graph.outputs[0]
  if (graph.outputs.length !== 1 || !output)
    fail(
      'unsupported',
      `the model has ${graph.outputs.length} outputs; a student needs one, the class scores`,
    )
  return {
    logits: context.value(output.name),
    statistics,
    masks,
    backward(gradient) {
      gradients.add(output.name, gradient)
      for (const { outputs, back } of steps.toReversed()) {
        const arriving = outputs.map(name => gradients.get(name))
        if (arriving.some(value => value !== undefined)) back(arriving)
      }
    },
    gradient: gradients.get,
  }
}
