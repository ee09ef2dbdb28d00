/**
 * Builds the training-step graph of a model: forward pass, loss, gradients and update, with states as inputs and
 * outputs.
 */
import { fail } from '../../base/error.ts'
import type { Graph, OnnxModel, ValueInfo } from '../model.ts'
import { floatValue, modelOf } from '../node.ts'
import { elements } from '../tensor.ts'
import type { LoweringOptions } from '../lowering/lower.ts'
import { type ForwardPass, type Mask, writeForward } from './forward.ts'
import { softTargetLoss } from './loss.ts'
import { learningRate, type Optimizer } from './optimizers/optimizer.ts'
import { type Parameter, parametersOf, statisticsOf } from './parameters.ts'
import { add, createWriter, mul, reduce, reshape, scale, sub, unary, type Writer } from '../writer.ts'

export interface TrainingGraphOptions {
  batch: number
  /** [C, H, W] */
  input: [number, number, number]
  classes: number
  lowering: LoweringOptions
  optimizer: Optimizer
  /** Decay norms and biases too. */
  decayAll: boolean
  batchNormMomentum: number
  labelSmoothing: number
  clipNorm: number | undefined
  /** Number of steps whose gradients are averaged for one update. */
  accumulate: number
  ema: boolean
  /** Whether this step updates (the last of `accumulate`) or only accumulates. */
  updates: boolean
}

/** A tensor that a step reads and writes; `key` is `role:name`, the same in checkpoints. */
export interface StateTensor {
  key: string
  shape: readonly number[]
  /** Names in the graph; a step may only read it (no `next`). */
  input: string
  next: string | undefined
}

export interface TrainingGraph {
  model: OnnxModel
  state: StateTensor[]
  /** Scalar inputs that the trainer fills every step. */
  scalars: string[]
  masks: Mask[]
  /** Names of outputs. */
  loss: string
  logits: string
  gradientNorm: string | undefined
}

export const images = 'images'
export const targets = 'targets'
export const emaDecay = 'ema_decay'

/** The opset that training graphs are written for. */
const opset = 20

/** The graph under construction, and its states by key. */
interface Draft {
  writer: Writer
  graph: Graph
  state: Map<string, StateTensor>
}

/** Adds a state with the shape of an initializer; returns its key, which is also its value's name. */
function declare({ writer, graph, state }: Draft, role: string, name: string): string {
  const key = `${role}:${name}`
  const shape = graph.initializers.get(name)?.dims ?? fail('bad-model', `there is no initializer "${name}"`)
  state.set(key, { key, shape, input: writer.input(key, [...shape]), next: undefined })
  return key
}

/** Sets a state's value after the step. */
function proceed({ state }: Draft, key: string, value: string): void {
  const tensor = state.get(key) as StateTensor
  tensor.next = value
}

/** The one input, for the images. */
function imageInput(graph: Graph): ValueInfo {
  const inputs = graph.inputs.filter(input => !graph.initializers.has(input.name))
  const [only] = inputs
  if (inputs.length !== 1 || !only)
    return fail('unsupported', `the model has ${inputs.length} inputs; a student needs one, the images`)
  return only
}

function checkPrecision(graph: Graph, names: readonly string[]): void {
  const wide = names.find(name => graph.initializers.get(name)?.dataType !== 'float32')
  if (wide !== undefined)
    fail(
      'unsupported',
      `weight "${wide}" is ${graph.initializers.get(wide)?.dataType}; training needs a float32 model: export it again in that precision`,
    )
}

/** Declares images, weights and statistics, and writes the forward pass. */
function forward(
  draft: Draft,
  model: OnnxModel,
  options: TrainingGraphOptions,
  parameters: readonly Parameter[],
): ForwardPass {
  const { writer, graph } = draft
  const input = imageInput(graph)
  const statistics = statisticsOf(graph)
  if (parameters.length === 0) fail('unsupported', 'the model has no trainable weights')
  checkPrecision(graph, [...parameters.map(({ name }) => name), ...statistics])
  const given = new Map<string, { value: string; trained: boolean }>()
  const shape = [options.batch, ...options.input]
  given.set(input.name, { value: writer.input(images, shape), trained: false })
  for (const { name } of parameters) given.set(name, { value: declare(draft, 'weight', name), trained: true })
  for (const name of statistics) given.set(name, { value: declare(draft, 'statistic', name), trained: false })
  const { lowering, batchNormMomentum } = options
  const pass = writeForward(model, { writer, lowering, batchNormMomentum, given })
  const found = writer.shape(pass.logits)
  if (elements(found) !== options.batch * options.classes)
    fail(
      'mismatch',
      `the model gives ${found.join('×')} scores for a batch of ${options.batch}; ${options.classes} classes were asked for`,
    )
  return pass
}

/** Writes the loss and the backward pass; returns the loss and the logits. */
function backward(
  { writer }: Draft,
  pass: ForwardPass,
  options: TrainingGraphOptions,
): { loss: string; logits: string } {
  const dims = [options.batch, options.classes]
  const logits = reshape(writer, pass.logits, dims)
  const wanted = writer.input(targets, dims)
  const { loss, gradient } = softTargetLoss(writer, logits, wanted, options.labelSmoothing)
  pass.backward(reshape(writer, gradient, writer.shape(pass.logits)))
  return { loss, logits }
}

/** Writes the update of everything that is trained; returns the scalar inputs it needs and the norm of the gradients. */
function update(
  draft: Draft,
  trained: readonly Parameter[],
  gradients: Map<string, string>,
  options: TrainingGraphOptions,
): { scalars: string[]; gradientNorm: string | undefined } {
  const { writer } = draft
  const { optimizer, ema, clipNorm } = options
  const scalars = [learningRate, ...optimizer.scalars, ...(ema ? [emaDecay] : [])].map(name =>
    writer.input(name, []),
  )
  const gradientNorm = clipNorm === undefined ? undefined : clip(writer, gradients, clipNorm)
  for (const { name, isWeight } of trained) {
    const parameter = `weight:${name}`
    const moments = Array.from({ length: optimizer.moments }, (_, i) =>
      declare(draft, `moment${i + 1}`, name),
    )
    const decay = isWeight || options.decayAll
    const gradient = gradients.get(name) as string
    const next = optimizer.update(writer, { parameter, gradient, decay, moments })
    proceed(draft, parameter, next.parameter)
    moments.forEach((moment, i) => proceed(draft, moment, next.moments[i] as string))
  }
  if (ema) average(draft)
  return { scalars, gradientNorm }
}

/** Adds a value as an output; a value that is an input, or that two outputs share, gets a node of its own. */
function ownOutput(writer: Writer, outputs: Set<string>, value: string): string {
  const isInput = writer.inputs.some(input => input.name === value)
  const name =
    isInput || outputs.has(value)
      ? writer.emitAs(`${value}#${outputs.size}`, 'Identity', [value], writer.shape(value))
      : value
  outputs.add(name)
  return name
}

/** Builds the graph. Throws `unsupported` for operators it cannot differentiate, `mismatch` for a wrong class count. */
export function buildTrainingGraph(model: OnnxModel, options: TrainingGraphOptions): TrainingGraph {
  const writer = createWriter()
  const { graph } = model
  const draft: Draft = { writer, graph, state: new Map() }
  const parameters = parametersOf(graph)
  const pass = forward(draft, model, options, parameters)
  const { loss, logits } = backward(draft, pass, options)

  const trained = parameters.filter(({ name }) => pass.gradient(name) !== undefined)
  const gradients = new Map(trained.map(({ name }) => [name, pass.gradient(name) as string]))
  for (const name of statisticsOf(graph))
    proceed(draft, `statistic:${name}`, pass.statistics.get(name) ?? `statistic:${name}`)
  if (options.accumulate > 1) accumulate(draft, gradients, options)
  const { scalars, gradientNorm } = options.updates
    ? update(draft, trained, gradients, options)
    : { scalars: [], gradientNorm: undefined }

  const outputs = new Set<string>()
  const own = (value: string): string => ownOutput(writer, outputs, value)
  const results = {
    loss: own(loss),
    logits: own(logits),
    gradientNorm: gradientNorm === undefined ? undefined : own(gradientNorm),
  }
  const state = [...draft.state.values()]
  for (const tensor of state) if (tensor.next !== undefined) tensor.next = own(tensor.next)
  return { model: stepModel(writer, outputs), state, scalars, masks: pass.masks, ...results }
}

function stepModel(writer: Writer, outputs: ReadonlySet<string>): OnnxModel {
  const { nodes, inputs, initializers } = writer
  const declared = [...outputs].map(name => floatValue(name, [...writer.shape(name)]))
  const model = modelOf(
    { name: 'training-step', nodes, inputs, outputs: declared, values: [], initializers },
    opset,
    { 'com.microsoft': 1, 'com.microsoft.nchwc': 1 },
  )
  return { ...model, irVersion: 9 }
}

/** Adds the accumulated gradients; the last step of a round takes the mean and resets to zero. */
function accumulate(draft: Draft, gradients: Map<string, string>, options: TrainingGraphOptions): void {
  const w = draft.writer
  for (const [name, gradient] of gradients) {
    const key = declare(draft, 'gradient', name)
    const sum = add(w, key, gradient)
    // key − key would be NaN after an infinity; a constant is always zero.
    const rest = options.updates
      ? w.emit('Expand', [w.constant([0], [1]), w.ints([...w.shape(key)])], w.shape(key))
      : sum
    proceed(draft, key, rest)
    if (options.updates) gradients.set(name, scale(w, sum, 1 / options.accumulate))
  }
}

/** Scales all gradients by min(1, limit / (norm + 1e-6)), PyTorch's clip_grad_norm_; returns the norm before. */
function clip(w: Writer, gradients: Map<string, string>, limit: number): string {
  const squares = [...gradients.values()].map(gradient =>
    reduce(
      w,
      'ReduceSumSquare',
      gradient,
      w.shape(gradient).map((_, i) => i),
      false,
    ),
  )
  const norm = unary(
    w,
    'Sqrt',
    squares.reduce((sum, square) => add(w, sum, square)),
  )
  const factor = w.emit(
    'Min',
    [w.scalar(1), w.emit('Div', [w.scalar(limit), add(w, norm, w.scalar(1e-6))], [])],
    [],
  )
  for (const [name, gradient] of gradients) gradients.set(name, mul(w, gradient, factor))
  return norm
}

/** a ← d·a + (1 − d)·p for weights and running statistics. */
function average(draft: Draft): void {
  const w = draft.writer
  const rest = sub(w, w.scalar(1), emaDecay)
  for (const { key, next } of [...draft.state.values()]) {
    const [role, name] = split(key)
    if ((role !== 'weight' && role !== 'statistic') || next === undefined) continue
    const kept = declare(draft, 'average', name)
    proceed(draft, kept, add(w, mul(w, kept, emaDecay), mul(w, next, rest)))
  }
}

/** Role and initializer name of a state key. */
export function split(key: string): [role: string, name: string] {
  const colon = key.indexOf(':')
  return [key.slice(0, colon), key.slice(colon + 1)]
}
