/** Writes a model's forward pass in training mode, and records the backward pass. */
import { fail } from '../../base/error.ts'
import { type Backward, type Context, createGradients } from '../gradient/context.ts'
import { evaluate } from '../inference/evaluate.ts'
import type { LoweringOptions } from '../lowering/lower.ts'
import type { Node, OnnxModel } from '../model.ts'
import { operatorOf } from '../operators/index.ts'
import { storedTensor } from '../shape/elements.ts'
import { type Fact, tensorFact } from '../shape/fact.ts'
import { toFloat32 } from '../tensor.ts'
import type { Writer } from '../writer.ts'
import { differentiable, explain, unsupportedOperators } from './support.ts'

/** A dropout mask that the trainer draws before every step. */
export interface Mask {
  name: string
  shape: readonly number[]
  ratio: number
}

export interface ForwardPass {
  logits: string
  /** New values of running statistics by initializer name. */
  statistics: Map<string, string>
  masks: Mask[]
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

/** Initializers of up to this many elements are known to precomputation. */
const maxKnown = 4096

/** Constants of the model up to this size are used. */
const maxConstant = 10_000_000

/** Known facts about the model while it is written. */
interface Pass {
  model: OnnxModel
  options: ForwardOptions
  /** Names in the training graph by name in the model. */
  values: Map<string, string>
  trained: Set<string>
  facts: Map<string, Fact>
  statistics: Map<string, string>
  masks: Mask[]
  gradients: ReturnType<typeof createGradients>
}

/** The value in the training graph; constants are written when they are first used. */
function valueOf({ model, values, facts, options: { writer } }: Pass, name: string): string {
  const found = values.get(name)
  if (found !== undefined) return found
  const fact = facts.get(name)
  const tensor = model.graph.initializers.get(name) ?? (fact && storedTensor(fact))
  if (!tensor) return fail('bad-model', `value "${name}" is used before it is made`)
  const value = writer.constant(toFloat32(tensor), tensor.dims)
  values.set(name, value)
  return value
}

function factOf({ model, facts, options: { given } }: Pass, name: string): Fact | undefined {
  const tensor = facts.has(name) || given.has(name) ? undefined : model.graph.initializers.get(name)
  if (tensor) facts.set(name, tensorFact(tensor, maxKnown))
  return facts.get(name)
}

function define(pass: Pass, name: string, value: string, needsGradient: boolean): void {
  pass.values.set(name, value)
  pass.facts.set(name, { dataType: 'float32', shape: [...pass.options.writer.shape(value)] })
  if (needsGradient) pass.trained.add(name)
}

function contextOf(pass: Pass): Context {
  const { writer, lowering, batchNormMomentum } = pass.options
  return {
    writer,
    lowering,
    batchNormMomentum,
    value: name => valueOf(pass, name),
    fact: name => factOf(pass, name),
    define: (name, value, needsGradient) => define(pass, name, value, needsGradient),
    needsGradient: name => pass.trained.has(name),
    addGradient: pass.gradients.add,
    updateStatistic: (name, value) => void pass.statistics.set(name, value),
    dropoutMask(shape, ratio) {
      const name = writer.input(`dropout_mask_${pass.masks.length}`, [...shape])
      pass.masks.push({ name, shape, ratio })
      return name
    },
  }
}

/** Precomputes a node, or writes its forward computation and returns its backward pass. */
function writeNode(pass: Pass, context: Context, node: Node): Backward | undefined {
  const inputs = node.inputs.map(name => (name === '' ? undefined : factOf(pass, name)))
  const found = evaluate(node, inputs, maxConstant)
  found.forEach((fact, i) => node.outputs[i] && pass.facts.set(node.outputs[i], fact))
  if (found.length > 0 && found.every(fact => storedTensor(fact) !== undefined)) return undefined
  const operator = operatorOf(node)
  if (!operator?.gradient)
    fail(
      'unsupported',
      `what ${node.op} node "${node.name}" gives is not known when the graph is built; training supports it on shapes and constants only`,
    )
  return operator.gradient(context, node, operator.attributes?.(node))
}

/** Writes the forward pass of `model`; its only output must be the logits. */
export function writeForward(model: OnnxModel, options: ForwardOptions): ForwardPass {
  const { graph } = model
  const unsupported = unsupportedOperators(graph)
  if (unsupported.length > 0)
    fail(
      'unsupported',
      `training cannot differentiate ${explain(unsupported)} of this model; it handles ${differentiable.join(', ')}`,
    )
  const pass: Pass = {
    model,
    options,
    values: new Map(),
    trained: new Set(),
    facts: new Map(),
    statistics: new Map(),
    masks: [],
    gradients: createGradients(options.writer),
  }
  for (const [name, { value, trained }] of options.given) define(pass, name, value, trained)
  const context = contextOf(pass)
  const steps: { outputs: string[]; back: Backward }[] = []
  for (const node of graph.nodes) {
    const back = writeNode(pass, context, node)
    if (back) steps.push({ outputs: node.outputs, back })
  }
  const output = graph.outputs[0]
  if (graph.outputs.length !== 1 || !output)
    fail(
      'unsupported',
      `the model has ${graph.outputs.length} outputs; a student needs one, the class scores`,
    )
  const { gradients, statistics, masks } = pass
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
