/** Builds the training-step graph of a model: forward pass, loss, gradients and update, states in and states out. */
import { fail } from '../../base/error.ts'
import type { OnnxModel } from '../model.ts'
import { floatValue, modelOf } from '../node.ts'
import { elements } from '../tensor.ts'
import type { LoweringOptions } from '../lowering/lower.ts'
import { writeForward } from './forward.ts'
import { softTargetLoss } from './loss.ts'
import { learningRate, type Optimizer } from './optimizers/optimizer.ts'
import { parametersOf, statisticsOf } from './parameters.ts'
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
  /** Steps whose gradients are averaged for one update. */
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
  masks: { name: string; shape: readonly number[]; ratio: number }[]
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

/** Builds the graph. Throws `unsupported` for operators it cannot differentiate, `mismatch` for a wrong class count. */
export function buildTrainingGraph(model: OnnxModel, options: TrainingGraphOptions): TrainingGraph {
  const w = createWriter()
  const { graph } = model
  const inputs = graph.inputs.filter(input => !graph.initializers.has(input.name))
  const [imageInput] = inputs
  if (inputs.length !== 1 || !imageInput)
    fail('unsupported', `the model has ${inputs.length} inputs; a student needs one, the images`)

  const state = new Map<string, StateTensor>()
  const declare = (role: string, name: string): string => {
    const key = `${role}:${name}`
    const shape = graph.initializers.get(name)?.dims ?? fail('bad-model', `there is no initializer "${name}"`)
    state.set(key, { key, shape, input: w.input(key, [...shape]), next: undefined })
    return key
  }
  const proceed = (key: string, value: string): void => void ((state.get(key) as StateTensor).next = value)

  const parameters = parametersOf(graph)
  const statistics = statisticsOf(graph)
  if (parameters.length === 0) fail('unsupported', 'the model has no trainable weights')
  const wide = [...parameters.map(({ name }) => name), ...statistics].find(
    name => graph.initializers.get(name)?.dataType !== 'float32',
  )
  if (wide !== undefined)
    fail(
      'unsupported',
      `weight "${wide}" is ${graph.initializers.get(wide)?.dataType}; training needs a float32 model: export it again in that precision`,
    )
  const given = new Map<string, { value: string; trained: boolean }>()
  given.set(imageInput.name, { value: w.input(images, [options.batch, ...options.input]), trained: false })
  for (const { name } of parameters) given.set(name, { value: declare('weight', name), trained: true })
  for (const name of statistics) given.set(name, { value: declare('statistic', name), trained: false })

  const pass = writeForward(model, {
    writer: w,
    lowering: options.lowering,
    batchNormMomentum: options.batchNormMomentum,
    given,
  })
  const found = w.shape(pass.logits)
  if (elements(found) !== options.batch * options.classes)
    fail(
      'mismatch',
      `the model gives ${found.join('×')} scores for a batch of ${options.batch}; ${options.classes} classes were asked for`,
    )
  const logits = reshape(w, pass.logits, [options.batch, options.classes])
  const { loss, gradient } = softTargetLoss(
    w,
    logits,
    w.input(targets, [options.batch, options.classes]),
    options.labelSmoothing,
  )
  pass.backward(reshape(w, gradient, found))

  const trained = parameters.filter(({ name }) => pass.gradient(name) !== undefined)
  const gradients = new Map(trained.map(({ name }) => [name, pass.gradient(name) as string]))
  for (const name of statistics)
    proceed(`statistic:${name}`, pass.statistics.get(name) ?? `statistic:${name}`)
  if (options.accumulate > 1) accumulate(w, gradients, options, declare, proceed)

  let gradientNorm: string | undefined
  const scalars: string[] = []
  if (options.updates) {
    for (const name of [learningRate, ...options.optimizer.scalars, ...(options.ema ? [emaDecay] : [])])
      scalars.push(w.input(name, []))
    if (options.clipNorm !== undefined) gradientNorm = clip(w, gradients, options.clipNorm)
    for (const { name, isWeight } of trained) {
      const key = `weight:${name}`
      const moments = Array.from({ length: options.optimizer.moments }, (_, i) =>
        declare(`moment${i + 1}`, name),
      )
      const decay = isWeight || options.decayAll
      const next = options.optimizer.update(w, {
        parameter: key,
        gradient: gradients.get(name) as string,
        decay,
        moments,
      })
      proceed(key, next.parameter)
      moments.forEach((moment, i) => proceed(moment, next.moments[i] as string))
    }
    if (options.ema) average(w, state, declare, proceed)
  }

  const outputs = new Set<string>()
  // A value that is itself an input, or that two outputs share, needs a node of its own.
  const own = (value: string): string => {
    const isInput = w.inputs.some(input => input.name === value)
    const name =
      isInput || outputs.has(value)
        ? w.emitAs(`${value}#${outputs.size}`, 'Identity', [value], w.shape(value))
        : value
    outputs.add(name)
    return name
  }
  const results = {
    loss: own(loss),
    logits: own(logits),
    gradientNorm: gradientNorm === undefined ? undefined : own(gradientNorm),
  }
  for (const tensor of state.values()) if (tensor.next !== undefined) tensor.next = own(tensor.next)

  const training = modelOf(
    {
      name: 'training-step',
      nodes: w.nodes,
      inputs: w.inputs,
      outputs: [...outputs].map(name => floatValue(name, [...w.shape(name)])),
      values: [],
      initializers: w.initializers,
    },
    opset,
    { 'com.microsoft': 1, 'com.microsoft.nchwc': 1 },
  )
  training.irVersion = 9
  return { model: training, state: [...state.values()], scalars, masks: pass.masks, ...results }
}

type Declare = (role: string, name: string) => string
type Proceed = (key: string, value: string) => void

/** Adds the accumulated gradients; the last step of a round takes the mean and starts again from zero. */
function accumulate(
  w: Writer,
  gradients: Map<string, string>,
  options: TrainingGraphOptions,
  declare: Declare,
  proceed: Proceed,
): void {
  for (const [name, gradient] of gradients) {
    const key = declare('gradient', name)
    const sum = add(w, key, gradient)
    // key − key would be NaN after an infinity; a constant is always zero.
    proceed(
      key,
      options.updates
        ? w.emit('Expand', [w.constant([0], [1]), w.ints([...w.shape(key)])], w.shape(key))
        : sum,
    )
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
function average(w: Writer, state: Map<string, StateTensor>, declare: Declare, proceed: Proceed): void {
  const rest = sub(w, w.scalar(1), emaDecay)
  for (const { key, next } of [...state.values()]) {
    const [role = '', name = ''] = split(key)
    if ((role !== 'weight' && role !== 'statistic') || next === undefined) continue
    const kept = declare('average', name)
    proceed(kept, add(w, mul(w, kept, emaDecay), mul(w, next, rest)))
  }
}

/** Role and initializer name of a state key. */
export function split(key: string): [role: string, name: string] {
  const colon = key.indexOf(':')
  return [key.slice(0, colon), key.slice(colon + 1)]
}
