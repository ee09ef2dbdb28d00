/** Every optimizer and setting against a trainer in double precision, over several steps. */
import { describe, expect, it } from 'vitest'
import type { TrainerConfig } from '../../../core/engine/engine.ts'
import { createTrainer } from '../../../core/engine/trainer.ts'
import type { OnnxModel } from '../../../core/graph/model.ts'
import type { Array64 } from '../graph/operators/reference/array.ts'
import { initializersOf } from '../graph/operators/reference/run.ts'
import { batchOf, classes, input, normNet, plainNet, residualNet, threeBranchNet } from './nets.ts'
import { referenceTrainer, type ReferenceTrainer } from './reference/train.ts'

type Settings = Omit<TrainerConfig, 'batch' | 'input' | 'classes' | 'engine'>

/**
 * Float32 gradients are good to 5e-6 of their largest entry (see the gradient tests), and so are updates that are linear
 * in them. Weights are compared relative to how far they moved, plus a rounding (2⁻²⁴) of the weight a step.
 */
const linear = 5e-5
/**
 * Adam divides by |g|: an entry that is r times smaller than the largest is off by r · 5e-6 of its step. Smaller entries
 * than 1/2000 are rare in these nets.
 */
const adaptive = 1e-2

interface Options {
  model: OnnxModel
  settings: Settings
  steps?: number
  batch?: number
  rate?: (step: number) => number
  tolerance?: number
  /** Factor of the targets, and so of the gradients. */
  strength?: number
}

async function compare({
  model,
  settings,
  steps = 5,
  batch = 4,
  rate = () => 0.1,
  tolerance = linear,
  strength = 1,
}: Options): Promise<ReferenceTrainer> {
  const config: TrainerConfig = { batch, input, classes, engine: { threads: 1 }, ...settings }
  const trainer = await createTrainer(model, config)
  const reference = referenceTrainer(model, config)
  for (let i = 0; i < steps; i++) {
    const { images, targets: probabilities } = batchOf(i, batch)
    const targets = probabilities.map(t => t * strength)
    const found = await trainer.step(images, targets, rate(i))
    const wanted = reference.step(images, targets, rate(i))
    expect(Math.abs(found.loss - wanted.loss), `loss of step ${i}`).toBeLessThan(
      Math.max(2e-6, tolerance * 0.1),
    )
    if (found.gradientNorm !== undefined)
      expect(Math.abs(found.gradientNorm / wanted.norm - 1), `norm of step ${i}`).toBeLessThan(tolerance)
  }
  expectMoved(model, trainer.parameters(), reference.values, steps, tolerance)
  const averaged = trainer.averaged()
  expect(averaged !== undefined).toBe(settings.ema !== undefined)
  if (averaged) expectMoved(model, averaged, reference.averaged, steps, tolerance)
  await trainer.close()
  return reference
}

function expectMoved(
  model: OnnxModel,
  found: Map<string, { shape: number[]; data: Float32Array }>,
  wanted: Map<string, Array64>,
  steps: number,
  tolerance: number,
): void {
  for (const [name, start] of initializersOf(model)) {
    if (start.data.length < 2) continue
    const { data } = wanted.get(name)!
    const moved = Math.max(...data.map((v, i) => Math.abs(v - start.data[i]!)))
    const limit = tolerance * moved + steps * 2 ** -24 * Math.max(...data.map(Math.abs))
    const worst = Math.max(...found.get(name)!.data.map((v, i) => Math.abs(v - data[i]!)))
    expect(worst, `${name}, which moved by ${moved}`).toBeLessThan(limit)
  }
}

const sgd = (more: Partial<TrainerConfig['optimizer']> = {}): TrainerConfig['optimizer'] => ({
  kind: 'sgd',
  ...more,
})

describe('SGD', () => {
  it.each<[string, Settings, Partial<Options>?]>([
    ['without momentum', { optimizer: sgd() }],
    ['with momentum', { optimizer: sgd({ momentum: 0.9 }) }],
    ['with Nesterov momentum', { optimizer: sgd({ momentum: 0.9, nesterov: true }) }],
    ['with decay of weights only', { optimizer: sgd({ momentum: 0.9, weightDecay: 0.1 }) }],
    ['with decay of norms and biases too', { optimizer: sgd({ weightDecay: 0.1, decayAll: true }) }],
    [
      'with all of them',
      { optimizer: sgd({ momentum: 0.8, nesterov: true, weightDecay: 0.05, decayAll: true }) },
    ],
    ['with gradient clipping', { optimizer: sgd({ momentum: 0.9, weightDecay: 0.1 }), clipNorm: 0.05 }],
    ['with clipping that does not bite', { optimizer: sgd({ momentum: 0.9 }), clipNorm: 100 }],
    // Its 1e-6 shows only where gradients are as small.
    [
      'with clipping of tiny gradients',
      { optimizer: sgd(), clipNorm: 1e-6 },
      { strength: 1e-5, rate: () => 1e4 },
    ],
    ['with label smoothing', { optimizer: sgd({ momentum: 0.9 }), labelSmoothing: 0.1 }],
    ['with a moving average', { optimizer: sgd({ momentum: 0.9 }), ema: 0.7 }],
    ['with accumulation', { optimizer: sgd({ momentum: 0.9 }), accumulate: 2, ema: 0.5 }, { steps: 6 }],
    [
      'with accumulation and clipping',
      { optimizer: sgd({ momentum: 0.9 }), accumulate: 3, clipNorm: 0.1 },
      { steps: 6 },
    ],
    ['with a batch norm momentum', { optimizer: sgd(), batchNormMomentum: 0.3 }],
    ['at a changing learning rate', { optimizer: sgd({ momentum: 0.9 }) }, { rate: i => 0.2 / (i + 1) }],
  ])('%s', async (_name, settings, more = {}) => {
    await compare({ model: normNet(), settings, ...more })
  })

  it('trains a residual block', async () => {
    const optimizer = sgd({ momentum: 0.9, nesterov: true, weightDecay: 1e-2, decayAll: true })
    await compare({ model: residualNet(), settings: { optimizer }, steps: 3 })
  })
})

describe('AdamW', () => {
  // ε of the size of gradients makes the step smooth in them, so that the comparison is sharp.
  it.each<[string, Settings, Partial<Options>?]>([
    ['with a large ε', { optimizer: { kind: 'adamw', epsilon: 0.05, weightDecay: 0.1 } }],
    [
      'with decay of everything',
      { optimizer: { kind: 'adamw', epsilon: 0.05, weightDecay: 0.1, decayAll: true } },
    ],
    ['with other betas', { optimizer: { kind: 'adamw', momentum: 0.5, beta2: 0.9, epsilon: 0.05 } }],
    ['with accumulation', { optimizer: { kind: 'adamw', epsilon: 0.05 }, accumulate: 2 }, { steps: 6 }],
    [
      'as it comes',
      { optimizer: { kind: 'adamw', weightDecay: 0.01 } },
      { rate: () => 0.01, tolerance: adaptive },
    ],
  ])('%s', async (_name, settings, more = {}) => {
    await compare({ model: normNet(), settings, rate: () => 0.05, ...more })
  })
})

describe('AdamP', () => {
  it.each<[string, Settings, Partial<Options>?]>([
    ['with a large ε', { optimizer: { kind: 'adamp', epsilon: 0.05, weightDecay: 0.1 } }],
    ['with Nesterov momentum', { optimizer: { kind: 'adamp', epsilon: 0.05, nesterov: true } }],
    [
      'as it comes',
      { optimizer: { kind: 'adamp', weightDecay: 0.01 } },
      { rate: () => 0.01, tolerance: adaptive },
    ],
  ])('%s', async (_name, settings, more = {}) => {
    const reference = await compare({
      model: threeBranchNet(),
      settings,
      rate: () => 0.05,
      steps: 3,
      ...more,
    })
    const branches = Object.fromEntries([...reference.branches].map(([name, set]) => [name, [...set]]))
    // Each rule was taken: by channel, by layer, not at all, and for a vector.
    expect(branches).toMatchObject({ k1: ['channel'], k2: ['layer'], 'bn.gamma': ['vector'] })
    expect(branches['fc.weight']).toContain('none')
  })
})

describe('accumulation', () => {
  it('of n batches equals one batch n times as large, without batch norm', async () => {
    const optimizer = { kind: 'sgd' as const, momentum: 0.9, weightDecay: 0.01 }
    const common = { input, classes, optimizer, engine: { threads: 1 }, clipNorm: 0.2 }
    const small = await createTrainer(plainNet(), { ...common, batch: 2, accumulate: 3 })
    const large = await createTrainer(plainNet(), { ...common, batch: 6 })
    for (let i = 0; i < 4; i++) {
      const { images, targets } = batchOf(i, 6)
      const whole = await large.step(images, targets, 0.1)
      let loss = 0
      for (let part = 0; part < 3; part++) {
        const [a, b] = [images.length / 3, targets.length / 3]
        const result = await small.step(
          images.slice(part * a, (part + 1) * a),
          targets.slice(part * b, (part + 1) * b),
          0.1,
        )
        loss += result.loss / 3
        expect(result.gradientNorm === undefined).toBe(part < 2)
      }
      // Two roundings of the loss a step.
      expect(Math.abs(loss - whole.loss)).toBeLessThan(2e-6)
    }
    const wanted = large.parameters()
    for (const [name, { data }] of small.parameters()) {
      const other = wanted.get(name)!.data
      expect(Math.max(...data.map((v, i) => Math.abs(v - other[i]!)))).toBeLessThan(linear * 0.1)
    }
    await small.close()
    await large.close()
  })
})

describe('optimizer settings', () => {
  it.each([
    [{ kind: 'sgd', momentum: 1 }],
    [{ kind: 'sgd', momentum: -0.1 }],
    [{ kind: 'sgd', nesterov: true }],
    [{ kind: 'adamw', beta2: 1 }],
    [{ kind: 'adamw', weightDecay: -1 }],
    [{ kind: 'adamw', weightDecay: NaN }],
    [{ kind: 'adamp', momentum: NaN }],
    [{ kind: 'adamw', epsilon: -1 }],
    [{ kind: 'adam' }],
  ])('%o are refused', async optimizer => {
    const made = createTrainer(normNet(), {
      batch: 2,
      input,
      classes,
      optimizer: optimizer as TrainerConfig['optimizer'],
    })
    await expect(made).rejects.toMatchObject({ code: 'usage' })
  })
})
