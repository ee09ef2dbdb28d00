/** Trains a model on ONNX Runtime: one graph run per step, with a graph that is built once. */
import { ort } from './runtime.ts'
import { fail } from '../base/error.ts'
import { random } from '../base/random.ts'
import type { OnnxModel } from '../graph/model.ts'
import { elements, floatTensor, toFloat32 } from '../graph/tensor.ts'
import {
  buildTrainingGraph,
  emaDecay,
  images as imagesInput,
  split,
  targets as targetsInput,
} from '../graph/training/build.ts'
import { learningRate as rateInput } from '../graph/training/optimizers/optimizer.ts'
import { blockSize } from './blocked-layout.ts'
import type { FloatArray, StepResult, Trainer, TrainerConfig } from './engine.ts'
import { makeOptimizer, optimizerScalars, resolveOptimizer } from './optimizer.ts'
import { openStep, stateBuffer, type StateBuffers, type StepSession } from './step-session.ts'

/** Key of the step counter in a trainer's state; two floats, so that it counts exactly beyond 2^24. */
const counterKey = 'counter:step'
const counterBase = 2 ** 20

/**
 * A trainer for `model` (inference form, BatchNormalization nodes kept). The model is read, not changed.
 *
 * Errors: `unsupported` names operators that cannot be differentiated; `mismatch` a class count that differs from the
 * model's; `usage` settings out of range.
 */
export async function createTrainer(model: OnnxModel, config: TrainerConfig): Promise<Trainer> {
  checkConfig(config)
  const optimizer = resolveOptimizer(config.optimizer)
  const engine = config.engine ?? {}
  const accumulate = config.accumulate ?? 1
  const seed = config.seed ?? 0
  const build = (updates: boolean) =>
    buildTrainingGraph(model, {
      batch: config.batch,
      input: config.input,
      classes: config.classes,
      lowering: { block },
      optimizer: makeOptimizer(optimizer),
      decayAll: optimizer.decayAll,
      batchNormMomentum: config.batchNormMomentum ?? 0.1,
      labelSmoothing: config.labelSmoothing ?? 0,
      clipNorm: config.clipNorm,
      accumulate,
      ema: config.ema !== undefined,
      updates,
    })
  const block = await blockSize(engine)
  const update = await openStep(build(true), engine)
  const gather = accumulate > 1 ? await openSecond(update, () => openStep(build(false), engine)) : undefined

  const state = initialState(model, gather ? [update, gather] : [update])
  const sizes = { images: config.batch * elements(config.input), targets: config.batch * config.classes }
  const { scalars, scalarFeeds, masks, maskFeeds } = feedsOf(update)
  let steps = 0

  async function step(pixels: Float32Array, wanted: Float32Array, rate: number): Promise<StepResult> {
    checkSize('images', pixels.length, sizes.images, [config.batch, ...config.input])
    checkSize('targets', wanted.length, sizes.targets, [config.batch, config.classes])
    const updates = (steps + 1) % accumulate === 0
    const values: Record<string, number> = {
      ...optimizerScalars(optimizer, Math.floor(steps / accumulate) + 1),
      [rateInput]: rate,
      [emaDecay]: config.ema ?? 0,
    }
    for (const [name, data] of scalars) data[0] = values[name] as number
    drawMasks(masks, seed, steps)
    const feeds: Record<string, ort.Tensor> = {
      ...maskFeeds,
      ...(updates ? scalarFeeds : {}),
      [imagesInput]: new ort.Tensor('float32', pixels, [config.batch, ...config.input]),
      [targetsInput]: new ort.Tensor('float32', wanted, [config.batch, config.classes]),
    }
    const result = await (updates || !gather ? update : gather).run(state, feeds)
    steps++
    return result
  }

  const parameters = (): Map<string, FloatArray> => copies(state, 'weight', 'statistic')
  const averaged = (): Map<string, FloatArray> | undefined =>
    config.ema === undefined ? undefined : copies(state, 'average')

  return {
    step,
    parameters,
    averaged,
    state() {
      const all = new Map<string, FloatArray>()
      for (const [key, { current, shape }] of state)
        all.set(key, { shape: [...shape], data: (current.data as Float32Array).slice() })
      return all.set(counterKey, {
        shape: [2],
        data: Float32Array.of(Math.floor(steps / counterBase), steps % counterBase),
      })
    },
    restore(saved) {
      checkFits(state, saved)
      const done = readCounter(saved.get(counterKey))
      for (const [key, { current }] of state)
        (current.data as Float32Array).set((saved.get(key) as FloatArray).data)
      steps = done
    },
    model: which => withParameters(model, (which === 'averaged' ? averaged() : undefined) ?? parameters()),
    async close() {
      await update.close()
      await gather?.close()
    },
  }
}

/** The state that the steps read and write, initialised with the model's values if it has them. */
function initialState(model: OnnxModel, steps: readonly StepSession[]): StateBuffers {
  const state: StateBuffers = new Map()
  for (const { key, shape } of steps.flatMap(({ graph }) => graph.state)) {
    const [role, name] = split(key)
    const stored = model.graph.initializers.get(name)
    const initial =
      ['weight', 'statistic', 'average'].includes(role) && stored ? toFloat32(stored) : undefined
    if (!state.has(key)) state.set(key, stateBuffer(shape, initial))
  }
  return state
}

/** The dropout mask of a node, one value per element, drawn for every step. */
interface Mask {
  ratio: number
  data: Float32Array
}

/** The arrays behind a step's scalars and masks, and the tensors over them. */
function feedsOf({ graph }: StepSession) {
  const scalars = new Map(graph.scalars.map(name => [name, new Float32Array(1)]))
  const scalarFeeds = Object.fromEntries(
    [...scalars].map(([name, data]) => [name, new ort.Tensor('float32', data, [])]),
  )
  const masks = graph.masks.map(mask => ({ ...mask, data: new Float32Array(elements(mask.shape)) }))
  const maskFeeds = Object.fromEntries(
    masks.map(({ name, data, shape }) => [name, new ort.Tensor('float32', data, [...shape])]),
  )
  return { scalars, scalarFeeds, masks, maskFeeds }
}

function drawMasks(masks: readonly Mask[], seed: number, step: number): void {
  masks.forEach(({ data, ratio }, i) => {
    const draw = random(seed, step, i)
    const kept = 1 / (1 - ratio)
    for (let j = 0; j < data.length; j++) data[j] = draw.next() < ratio ? 0 : kept
  })
}

/** Copies of the state tensors with one of the roles, by initializer name. */
function copies(state: StateBuffers, ...roles: string[]): Map<string, FloatArray> {
  const found = new Map<string, FloatArray>()
  for (const [key, { current, shape }] of state) {
    const [role, name] = split(key)
    if (roles.includes(role))
      found.set(name, { shape: [...shape], data: (current.data as Float32Array).slice() })
  }
  return found
}

/** Opens a second session, and closes the first if that fails. */
async function openSecond(first: StepSession, open: () => Promise<StepSession>): Promise<StepSession> {
  try {
    return await open()
  } catch (error) {
    await first.close()
    throw error
  }
}

/** `model` with other weights and running statistics; everything else is shared. */
function withParameters(model: OnnxModel, parameters: Map<string, FloatArray>): OnnxModel {
  const initializers = new Map(model.graph.initializers)
  for (const [name, { data, shape }] of parameters) initializers.set(name, floatTensor(data, shape))
  return { ...model, graph: { ...model.graph, initializers } }
}

function checkConfig({
  batch,
  classes,
  input,
  accumulate = 1,
  ema,
  labelSmoothing = 0,
  clipNorm,
  batchNormMomentum = 0.1,
}: TrainerConfig): void {
  for (const [name, value] of Object.entries({
    batch,
    accumulate,
    channels: input[0],
    height: input[1],
    width: input[2],
  }))
    if (!(Number.isInteger(value) && value >= 1))
      fail('usage', `${name} is ${value}; it must be a whole number of at least 1`)
  if (!(Number.isInteger(classes) && classes >= 2))
    fail('usage', `training needs a whole number of at least 2 classes; there is ${classes}`)
  if (!(batchNormMomentum >= 0 && batchNormMomentum <= 1))
    fail('usage', `batch norm momentum is ${batchNormMomentum}; it must lie in [0, 1]`)
  if (ema !== undefined && !(ema >= 0 && ema < 1))
    fail('usage', `the decay of the moving average is ${ema}; it must lie in [0, 1)`)
  if (!(labelSmoothing >= 0 && labelSmoothing < 1))
    fail('usage', `label smoothing is ${labelSmoothing}; it must lie in [0, 1)`)
  if (clipNorm !== undefined && !(clipNorm > 0))
    fail('usage', `the gradient norm limit is ${clipNorm}; it must be above 0`)
}

function checkSize(what: string, found: number, wanted: number, shape: readonly number[]): void {
  if (found !== wanted)
    fail('mismatch', `${what} hold ${found} values; a step takes [${shape.join(', ')}] = ${wanted}`)
}

function readCounter(saved: FloatArray | undefined): number {
  const [high = NaN, low = NaN] = saved?.data ?? []
  const steps = high * counterBase + low
  if (saved?.data.length !== 2 || !(Number.isSafeInteger(steps) && steps >= 0))
    fail('mismatch', 'the saved state has no valid step counter')
  return steps
}

function checkFits(state: StateBuffers, saved: ReadonlyMap<string, FloatArray>): void {
  for (const [key, { shape }] of state) checkSaved(key, shape, saved.get(key))
  for (const key of saved.keys())
    if (key !== counterKey && !state.has(key))
      fail('mismatch', `the saved state has "${key}"; it belongs to another model or optimizer`)
}

function checkSaved(key: string, shape: readonly number[], saved: FloatArray | undefined): void {
  if (!saved) fail('mismatch', `the saved state has no "${key}"; it belongs to another model or optimizer`)
  if (saved.data.length !== elements(shape) || saved.shape.join() !== shape.join())
    fail(
      'mismatch',
      `"${key}" is [${saved.shape.join(', ')}] in the saved state and [${shape.join(', ')}] here`,
    )
}
