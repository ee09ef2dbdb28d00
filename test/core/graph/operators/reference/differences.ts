/** The loss in double precision, and its gradient by central differences. */
import type { OnnxModel } from '../../../../../core/graph/model.ts'
import { array, type Array64 } from './array.ts'
import { run, type RunOptions } from './run.ts'

export interface Batch {
  images: Array64
  targets: Array64
}

export interface LossOptions extends RunOptions {
  smoothing?: number
}

/** mean over the batch of −Σ t·log softmax(z). */
export function crossEntropy(logits: Array64, targets: Array64, smoothing = 0): number {
  const [batch, classes] = targets.shape as [number, number]
  let loss = 0
  for (let n = 0; n < batch; n++) {
    const z = logits.data.subarray(n * classes, (n + 1) * classes)
    const largest = Math.max(...z)
    const total = largest + Math.log(z.reduce((sum, v) => sum + Math.exp(v - largest), 0))
    z.forEach((v, c) => {
      const t = (1 - smoothing) * targets.data[n * classes + c]! + smoothing / classes
      loss -= (t * (v - total)) / batch
    })
  }
  return loss
}

export function lossOf(
  model: OnnxModel,
  values: Map<string, Array64>,
  { images, targets }: Batch,
  options: LossOptions = {},
): number {
  const all = new Map(values).set(model.graph.inputs[0]!.name, images)
  return crossEntropy(run(model, all, options).output, targets, options.smoothing)
}

/**
 * Step of the differences: the truncation error is of the order h² = 1e-10, that of rounding 1e-16/h = 1e-11, both far
 * below float32's 6e-8.
 */
const h = 1e-5

/** dL/d(value)[index] for the listed entries. */
export function partials(
  model: OnnxModel,
  values: Map<string, Array64>,
  batch: Batch,
  name: string,
  entries: readonly number[],
  options: LossOptions = {},
): number[] {
  const kept = values.get(name)!
  const moved = array(kept.shape, kept.data)
  const around = new Map(values).set(name, moved)
  return entries.map(i => {
    moved.data[i] = kept.data[i]! + h
    const above = lossOf(model, around, batch, options)
    moved.data[i] = kept.data[i]! - h
    const below = lossOf(model, around, batch, options)
    moved.data[i] = kept.data[i]!
    return (above - below) / (2 * h)
  })
}

/** dL/d(value) in full. */
export function gradient(
  model: OnnxModel,
  values: Map<string, Array64>,
  batch: Batch,
  name: string,
  options: LossOptions = {},
): Array64 {
  const { shape, data } = values.get(name)!
  return array(shape, partials(model, values, batch, name, [...data.keys()], options))
}

/** The derivative of the loss along a direction through all entries of a value. */
export function along(
  model: OnnxModel,
  values: Map<string, Array64>,
  batch: Batch,
  name: string,
  direction: ArrayLike<number>,
  options: LossOptions = {},
): number {
  const kept = values.get(name)!
  const side = (sign: number): number => {
    const moved = array(
      kept.shape,
      kept.data.map((v, i) => v + sign * h * direction[i]!),
    )
    return lossOf(model, new Map(values).set(name, moved), batch, options)
  }
  return (side(1) - side(-1)) / (2 * h)
}
