/** Learning rates at hand-computed steps. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { learningRate } from '../../../../core/training/run/schedule.ts'
import type { ScheduleConfig } from '../../../../core/training/run/schedule.ts'

const base: ScheduleConfig = {
  kind: 'cosine',
  lr: 2,
  epochs: 10,
  stepsPerEpoch: 10,
  warmupEpochs: 0,
  warmupSteps: null,
  finalShare: 0,
  milestones: [3, 6],
  gamma: 0.1,
}

describe('learningRate', () => {
  it('follows half a cosine from the peak to the final share', () => {
    expect(learningRate(base, 0)).toBe(2)
    expect(learningRate(base, 50)).toBeCloseTo(1, 12)
    expect(learningRate(base, 25)).toBeCloseTo(1 + Math.SQRT1_2, 12)
    expect(learningRate({ ...base, finalShare: 0.1 }, 100)).toBeCloseTo(0.2, 12)
  })

  it('warms up linearly, by epochs or by steps, and reaches the peak in the last warm-up step', () => {
    const epochs = { ...base, warmupEpochs: 0.5 }
    expect([0, 1, 4].map(step => learningRate(epochs, step))).toEqual([0.4, 0.8, 2])
    const steps = { ...base, kind: 'constant', warmupEpochs: 7, warmupSteps: 4 } as const
    expect([0, 1, 2, 3, 4, 99].map(step => learningRate(steps, step))).toEqual([0.5, 1, 1.5, 2, 2, 2])
  })

  it('multiplies by gamma at each milestone', () => {
    const step = { ...base, kind: 'step' } as const
    expect(learningRate(step, 29)).toBe(2)
    expect(learningRate(step, 30)).toBeCloseTo(0.2, 12)
    expect(learningRate(step, 60)).toBeCloseTo(0.02, 12)
  })

  it('stays within 0 and the peak and never rises after the warm-up', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('cosine', 'step', 'constant'),
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 0, max: 99 }),
        (kind, warmupSteps, step) => {
          const config = { ...base, kind, warmupSteps } as ScheduleConfig
          const rate = learningRate(config, step)
          expect(rate).toBeGreaterThanOrEqual(0)
          expect(rate).toBeLessThanOrEqual(2)
          if (step >= warmupSteps) expect(learningRate(config, step + 1)).toBeLessThanOrEqual(rate + 1e-12)
        },
      ),
    )
  })
})
