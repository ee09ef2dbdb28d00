/** Inputs, callbacks and result of a run. */
import type { Recipe } from '../../contract/recipe.ts'
import type { Skipped } from '../../contract/skipped.ts'
import type { Trainer } from '../../engine/engine.ts'
import type { OnnxModel } from '../../graph/model.ts'
import type { Progress } from './checkpoint.ts'
import type { ImageSet } from '../sample/image-set.ts'
import type { AnnotatorSetup } from './distiller.ts'
import type { EvaluationSetup } from '../measure/evaluate.ts'
import type { MapSetup } from '../loader/messages.ts'
import type { PixelSource } from '../loader/pixels.ts'
import type { Metrics } from '../../contract/metrics.ts'

/** Inputs of a run. */
export interface RunSetup {
  recipe: Recipe
  /** The student in inference form with its initial weights. */
  model: OnnxModel
  /** Outputs of the student. */
  classes: number
  set: ImageSet
  /** [n]: labels to train on; the set's own unless given. */
  labels?: Int32Array | undefined
  pixels: PixelSource
  maps?: MapSetup | undefined
  annotator?: AnnotatorSetup | undefined
  /** Validation; absent: none. */
  val?: EvaluationSetup | undefined
  /** Folder of metrics.jsonl and checkpoints/. */
  dir: string
  fingerprint: string
  /** Continue from the newest checkpoint in `dir`, if there is one. */
  resume: boolean
}

/** Progress of a run. */
export interface RunProgress {
  phase: 'train' | 'validate'
  step: number
  steps: number
  /** From 1. */
  epoch: number
  epochs: number
  loss: number | null
  imagesPerSecond: number
  secondsLeft: number | null
}

/** Callbacks for progress, and cancellation. */
export interface RunHooks {
  onProgress?: ((progress: RunProgress) => void) | undefined
  /** After each epoch. */
  onEpoch?: ((epoch: number, loss: number, val: Metrics | null) => void) | undefined
  onWarning?: ((text: string) => void) | undefined
  signal?: AbortSignal | undefined
}

/** A finished run. The caller closes the trainer. */
export interface RunOutcome {
  trainer: Trainer
  steps: number
  /** Mean loss of the last epoch. */
  loss: number
  /** Of the last epoch. */
  val: Metrics | null
  best: Progress['best']
  /** Seconds of training over all attempts, without validation and checkpoints. */
  seconds: number
  /** Share of them in training steps. */
  busy: number
  skipped: Skipped[]
  /** Step at which this attempt began. */
  resumedFrom: number
}
