/** Optimizers in double precision, one parameter at a time, written after the papers and PyTorch's documentation. */
import type { OptimizerConfig } from '../../../../core/engine/engine.ts'

export interface Slot {
  shape: readonly number[]
  value: Float64Array
  first: Float64Array
  second: Float64Array
}

/** Which rule AdamP took for a parameter. */
export type Branch = 'vector' | 'channel' | 'layer' | 'none'

const each = (slot: Slot, f: (i: number) => number): Float64Array => slot.value.map((_, i) => f(i))

/** Changes `slot` by one update with gradient `g`; `t` counts from 1. */
export function update(
  slot: Slot,
  g: Float64Array,
  rate: number,
  t: number,
  config: OptimizerConfig,
  decays: boolean,
): Branch {
  const decay = decays ? (config.weightDecay ?? 0) : 0
  if (config.kind === 'sgd') {
    const mu = config.momentum ?? 0
    const full = each(slot, i => g[i]! + decay * slot.value[i]!)
    // torch.optim.SGD: the buffer is the first gradient, then μ·buffer + gradient.
    slot.first = t === 1 ? full.slice() : each(slot, i => mu * slot.first[i]! + full[i]!)
    const step = config.nesterov ? each(slot, i => full[i]! + mu * slot.first[i]!) : slot.first
    slot.value = each(slot, i => slot.value[i]! - rate * step[i]!)
    return 'none'
  }
  const [b1, b2, epsilon] = [config.momentum ?? 0.9, config.beta2 ?? 0.999, config.epsilon ?? 1e-8]
  slot.first = each(slot, i => b1 * slot.first[i]! + (1 - b1) * g[i]!)
  slot.second = each(slot, i => b2 * slot.second[i]! + (1 - b2) * g[i]! ** 2)
  const lower = each(slot, i => Math.sqrt(slot.second[i]! / (1 - b2 ** t)) + epsilon)
  if (config.kind === 'adamw') {
    // Loshchilov and Hutter 2019, algorithm 2.
    const step = each(slot, i => slot.first[i]! / (1 - b1 ** t) / lower[i]!)
    slot.value = each(slot, i => slot.value[i]! - rate * (step[i]! + decay * slot.value[i]!))
    return 'none'
  }
  const ahead = config.nesterov ? each(slot, i => b1 * slot.first[i]! + (1 - b1) * g[i]!) : slot.first
  const { step, branch } = project(
    slot,
    g,
    each(slot, i => ahead[i]! / lower[i]!),
    epsilon,
  )
  const ratio = branch === 'channel' || branch === 'layer' ? 0.1 : 1
  slot.value = each(
    slot,
    i => slot.value[i]! * (1 - rate * decay * ratio) - (rate / (1 - b1 ** t)) * step[i]!,
  )
  return branch
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0)

/** Heo et al. 2021, algorithm 2, with the authors' order of tests: by output channel first, then the layer as a whole. */
function project(
  { shape, value }: Slot,
  g: Float64Array,
  step: Float64Array,
  epsilon: number,
): { step: Float64Array; branch: Branch } {
  if (shape.length < 2) return { step, branch: 'vector' }
  for (const [branch, rows] of [['channel', shape[0]!] as const, ['layer', 1] as const]) {
    const length = value.length / rows
    const row = (x: Float64Array, i: number): Float64Array => x.subarray(i * length, (i + 1) * length)
    const all = Array.from({ length: rows }, (_, i) => i)
    const cosine = all.map(i => {
      const [w, d] = [row(value, i), row(g, i)]
      return Math.abs(dot(w, d)) / Math.max(Math.sqrt(dot(w, w) * dot(d, d)), epsilon)
    })
    if (Math.max(...cosine) >= 0.1 / Math.sqrt(length)) continue
    const projected = step.slice()
    for (const i of all) {
      const w = row(value, i)
      const unit = w.map(v => v / (Math.sqrt(dot(w, w)) + epsilon))
      const radial = dot(unit, row(step, i))
      unit.forEach((u, j) => (projected[i * length + j]! -= radial * u))
    }
    return { step: projected, branch }
  }
  return { step, branch: 'none' }
}
