/** A trainer in double precision: gradients by central differences, plain updates. Slow, and meant for a few hundred weights. */
import type { TrainerConfig } from '../../../../core/engine/engine.ts'
import type { OnnxModel } from '../../../../core/graph/model.ts'
import { array, size, type Array64 } from '../../graph/operators/reference/array.ts'
import { gradient, lossOf, type Batch } from '../../graph/operators/reference/differences.ts'
import { initializersOf, run } from '../../graph/operators/reference/run.ts'
import { update, type Branch, type Slot } from './optimizers.ts'

const weight = /^(k\d|shortcut|fc\.weight)$/

export interface ReferenceTrainer {
  step(images: Float32Array, targets: Float32Array, rate: number): { loss: number; norm: number }
  /** Weights and running statistics. */
  values: Map<string, Array64>
  averaged: Map<string, Array64>
  /** AdamP's branches so far, by parameter. */
  branches: Map<string, Set<Branch>>
}

/** Parameters are the float initializers that are not called `running_…`; weights are `k…`, `shortcut` and `fc.weight`. */
export function referenceTrainer(model: OnnxModel, config: TrainerConfig): ReferenceTrainer {
  const values = initializersOf(model)
  const averaged = new Map([...values].map(([name, { shape, data }]) => [name, array(shape, data)]))
  const names = [...model.graph.initializers]
    .filter(([name, { dataType }]) => dataType === 'float32' && !name.startsWith('running_'))
    .map(([name]) => name)
  const slots = new Map<string, Slot>()
  for (const name of names) {
    const { shape, data } = values.get(name)!
    slots.set(name, { shape, value: data, first: data.map(() => 0), second: data.map(() => 0) })
  }
  const rounds = config.accumulate ?? 1
  const options = { smoothing: config.labelSmoothing ?? 0, momentum: config.batchNormMomentum ?? 0.1 }
  const branches = new Map<string, Set<Branch>>(names.map(name => [name, new Set()]))
  const sums = new Map<string, Float64Array>()
  let steps = 0

  return {
    values,
    averaged,
    branches,
    step(images, targets, rate) {
      const batch: Batch = {
        images: array([config.batch, ...config.input], images),
        targets: array([config.batch, config.classes], targets),
      }
      const loss = lossOf(model, values, batch, options)
      for (const name of names) {
        const { data } = gradient(model, values, batch, name, options)
        const before = sums.get(name)
        sums.set(name, before ? before.map((v, i) => v + data[i]!) : data)
      }
      const { statistics } = run(
        model,
        new Map(values).set(model.graph.inputs[0]!.name, batch.images),
        options,
      )
      for (const [name, value] of statistics) values.set(name, value)
      steps++
      if (steps % rounds !== 0) return { loss, norm: 0 }
      const square = [...sums.values()].reduce(
        (all, g) => all + g.reduce((s, v) => s + (v / rounds) ** 2, 0),
        0,
      )
      const norm = Math.sqrt(square)
      // torch.nn.utils.clip_grad_norm_
      const factor = config.clipNorm === undefined ? 1 : Math.min(1, config.clipNorm / (norm + 1e-6))
      for (const name of names) {
        const slot = slots.get(name)!
        const g = sums.get(name)!.map(v => (v / rounds) * factor)
        const decays = weight.test(name) || config.optimizer.decayAll === true
        branches.get(name)!.add(update(slot, g, rate, steps / rounds, config.optimizer, decays))
        values.set(name, array(slot.shape, slot.value))
      }
      sums.clear()
      const kept = config.ema ?? 0
      for (const [name, { data }] of averaged) {
        const now = values.get(name)!
        if (size(now.shape) === data.length)
          averaged.set(
            name,
            array(
              now.shape,
              data.map((v, i) => kept * v + (1 - kept) * now.data[i]!),
            ),
          )
      }
      return { loss, norm }
    },
  }
}
