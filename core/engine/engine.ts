/** The interface of every engine driver: running a model, and training one. */
import type { OptimizerKind } from '../contract/recipe.ts'
import type { Provider } from '../contract/providers.ts'
import type { OnnxModel } from '../graph/model.ts'
import type { FloatArray } from '../graph/tensor.ts'

export type { FloatArray }

/** Where and how a model runs. */
export interface EngineOptions {
  /** Driver; `onnxruntime` is the default. */
  engine?: 'onnxruntime'
  /** Execution provider of ONNX Runtime; `cpu` is the default. */
  provider?: Provider
  /** Threads inside an operator; default: one per core. Results repeat to the last bit only for the same count. */
  threads?: number
}

/** A model that is loaded and can be run. `run` may block the thread, so heavy callers run in worker processes. */
export interface Session {
  inputs: readonly string[]
  outputs: readonly string[]
  /**
   * Runs the model once. `outputs` may hold preallocated arrays by name, which are filled and returned instead of new
   * ones (their shapes must fit).
   */
  run(
    feeds: Record<string, FloatArray>,
    outputs?: Record<string, FloatArray>,
  ): Promise<Record<string, FloatArray>>
  close(): Promise<void>
}

/** Optimizer settings; learning rate is given at every step. */
export interface OptimizerConfig {
  kind: OptimizerKind
  /** SGD: momentum (default 0). AdamW and AdamP: β₁ (default 0.9). */
  momentum?: number
  /** AdamW and AdamP: β₂ (default 0.999). */
  beta2?: number
  epsilon?: number
  nesterov?: boolean
  weightDecay?: number
  /** Decay norms and biases too (default false). */
  decayAll?: boolean
}

/** Configuration of a trainer; fixed for its lifetime. */
export interface TrainerConfig {
  batch: number
  /** [C, H, W] of one image. */
  input: [number, number, number]
  classes: number
  /** Seed of dropout masks; weights come with the model. Default 0. */
  seed?: number
  engine?: EngineOptions
  /** PyTorch's sense: running = (1 − m)·running + m·batch. Default 0.1. */
  batchNormMomentum?: number
  /** ε of label smoothing: t ← (1 − ε)·t + ε/classes. Default 0. */
  labelSmoothing?: number
  /** Scale gradients down to this global L2 norm. Default: no clipping. */
  clipNorm?: number
  /** Update once every n steps with the mean gradient. Default 1. */
  accumulate?: number
  /** Decay of an exponential moving average of weights and running statistics (0.9999, say). Default: none. */
  ema?: number
  optimizer: OptimizerConfig
}

/** The result of one step. */
export interface StepResult {
  /** Mean over the batch of −Σ t·log softmax(z). */
  loss: number
  /** Global L2 norm of the gradient before clipping; only with `clipNorm`. */
  gradientNorm?: number
  /** [batch, classes]: the logits of this step's forward pass, valid until the next step. */
  logits: Float32Array
}

/** A model in training. */
export interface Trainer {
  /**
   * One training step on images [B, C, H, W] and soft targets [B, classes]; rejects with code `mismatch` on wrong
   * sizes.
   */
  step(images: Float32Array, targets: Float32Array, learningRate: number): Promise<StepResult>
  /** Copies of weights and running statistics by initializer name. */
  parameters(): Map<string, FloatArray>
  /** Copies of their moving average; undefined without `ema`. */
  averaged(): Map<string, FloatArray> | undefined
  /** Copies of all state that a resumed run needs (weights, moments, averages, accumulators, counters). */
  state(): Map<string, FloatArray>
  /** Continues from such a state, with bit-identical losses to a run that was never stopped. */
  restore(state: Map<string, FloatArray>): void
  /** The model in inference form with the current (or the averaged) weights. */
  model(which?: 'current' | 'averaged'): OnnxModel
  close(): Promise<void>
}
