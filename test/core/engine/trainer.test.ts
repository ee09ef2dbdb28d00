/** The trainer: determinism, checkpoints, what it refuses, and that it learns. */
import { describe, expect, it } from 'vitest'
import type { FloatArray, Trainer, TrainerConfig } from '../../../core/engine/engine.ts'
import { openSession } from '../../../core/engine/session.ts'
import { createTrainer } from '../../../core/engine/trainer.ts'
import { random } from '../../../core/base/random.ts'
import { buildStudent } from '../../../core/graph/students/index.ts'
import { array } from '../graph/operators/reference/array.ts'
import { initializersOf, run } from '../graph/operators/reference/run.ts'
import { batchOf, classes, dropoutNet, input, normNet, plainNet } from './nets.ts'

const config = (more: Partial<TrainerConfig> = {}): TrainerConfig => ({
  batch: 4,
  input,
  classes,
  engine: { threads: 2 },
  optimizer: { kind: 'sgd', momentum: 0.9 },
  ...more,
})

/** Losses of steps `from` to `to`. */
async function losses(trainer: Trainer, from: number, to: number): Promise<number[]> {
  const found: number[] = []
  for (let i = from; i < to; i++) {
    const { images, targets } = batchOf(i, 4)
    found.push((await trainer.step(images, targets, 0.1 / (1 + i))).loss)
  }
  return found
}

const settings: [string, Partial<TrainerConfig>][] = [
  ['SGD with dropout', { seed: 3 }],
  ['accumulation with dropout', { accumulate: 3, seed: 4 }],
  ['AdamW with a moving average', { optimizer: { kind: 'adamw', weightDecay: 0.1 }, ema: 0.9 }],
  [
    'AdamP, clipped, accumulated, averaged',
    { optimizer: { kind: 'adamp' }, clipNorm: 0.5, accumulate: 2, ema: 0.5 },
  ],
]

describe.each(settings)('%s', (_name, more) => {
  it('gives the same losses again, to the last bit', async () => {
    const one = await createTrainer(dropoutNet(), config(more))
    const other = await createTrainer(dropoutNet(), config(more))
    expect(await losses(one, 0, 7)).toEqual(await losses(other, 0, 7))
    expect(one.state()).toEqual(other.state())
    await one.close()
    await other.close()
  })

  it('continues from a checkpoint as if it had never stopped', async () => {
    const whole = await createTrainer(dropoutNet(), config(more))
    const wanted = await losses(whole, 0, 8)
    // The second stop is in the middle of a round of accumulation.
    for (const stop of [1, 5]) {
      const first = await createTrainer(dropoutNet(), config(more))
      const before = await losses(first, 0, stop)
      const saved = first.state()
      // What the trainer goes on to do must not show in the copy.
      await losses(first, stop, 8)
      await first.close()
      const second = await createTrainer(dropoutNet(), config(more))
      second.restore(saved)
      expect([...before, ...(await losses(second, stop, 8))]).toEqual(wanted)
      expect(second.state()).toEqual(whole.state())
      expect(second.averaged()).toEqual(whole.averaged())
      await second.close()
    }
    await whole.close()
  })
})

describe('a trainer', () => {
  it('draws other dropout masks for another seed, and at every step', async () => {
    const seeds = await Promise.all([1, 2].map(seed => createTrainer(dropoutNet(), config({ seed }))))
    const { images, targets } = batchOf(0, 4)
    const [a, b] = [await seeds[0]!.step(images, targets, 0), await seeds[1]!.step(images, targets, 0)]
    expect(a.loss).not.toBe(b.loss)
    expect((await seeds[0]!.step(images, targets, 0)).loss).not.toBe(a.loss)
    for (const trainer of seeds) await trainer.close()
  })

  it('copies parameters out, and never changes the model that it was given', async () => {
    const model = normNet()
    const before = initializersOf(model)
    const trainer = await createTrainer(model, config())
    trainer.parameters().get('k1')!.data.fill(NaN)
    trainer.state().get('weight:k1')!.data.fill(NaN)
    expect((await losses(trainer, 0, 3)).every(Number.isFinite)).toBe(true)
    expect(initializersOf(model)).toEqual(before)
    expect(trainer.parameters().get('running_bn.mean')!.data).not.toEqual(before.get('running_bn.mean')!.data)
    await trainer.close()
  })

  it('takes only what fits', async () => {
    const trainer = await createTrainer(normNet(), config())
    const { images, targets } = batchOf(0, 4)
    const mismatch = { code: 'mismatch' }
    await expect(trainer.step(images.slice(1), targets, 0.1)).rejects.toMatchObject({
      ...mismatch,
      message: expect.stringContaining('[4, 3, 4, 4] = 192') as string,
    })
    await expect(trainer.step(images, targets.slice(1), 0.1)).rejects.toMatchObject(mismatch)
    await trainer.close()
  })

  it('refuses states of others', async () => {
    const trainer = await createTrainer(normNet(), config())
    const good = trainer.state()
    const without = (key: string): Map<string, FloatArray> =>
      new Map([...good].filter(([name]) => name !== key))
    const k1 = good.get('weight:k1')!
    const short = { shape: [1], data: new Float32Array(1) }
    const adam = await createTrainer(normNet(), config({ optimizer: { kind: 'adamw' } }))
    const averaged = await createTrainer(normNet(), config({ ema: 0.9 }))
    const foreign: Map<string, FloatArray>[] = [
      new Map(),
      without('weight:k1'),
      without('moment1:fc.bias'),
      without('statistic:running_bn.mean'),
      without('counter:step'),
      new Map(good).set('weight:k1', short),
      new Map(good).set('weight:k1', { shape: k1.shape, data: k1.data.slice(1) }),
      new Map(good).set('weight:k1', { shape: [3, 4, 3, 3], data: k1.data }),
      new Map(good).set('counter:step', short),
      new Map(good).set('counter:step', { shape: [2], data: Float32Array.of(0, NaN) }),
      new Map(good).set('counter:step', { shape: [2], data: Float32Array.of(0, -1) }),
      // More than it knows: made with another optimizer or with a moving average.
      adam.state(),
      averaged.state(),
    ]
    const before = trainer.state()
    for (const state of foreign)
      expect(() => trainer.restore(state)).toThrow(expect.objectContaining({ code: 'mismatch' }))
    // A refused state leaves nothing behind.
    expect(trainer.state()).toEqual(before)
    trainer.restore(good)
    for (const each of [trainer, adam, averaged]) await each.close()
  })

  it.each<[string, Partial<TrainerConfig>, string]>([
    ['one class', { classes: 1 }, 'usage'],
    ['half a class', { classes: 2.5 }, 'usage'],
    ['no batch', { batch: 0 }, 'usage'],
    ['an image of no height', { input: [3, 0, 4] }, 'usage'],
    ['accumulation over nothing', { accumulate: 0 }, 'usage'],
    ['an average that never moves', { ema: 1 }, 'usage'],
    ['smoothing by more than everything', { labelSmoothing: 1 }, 'usage'],
    ['a norm limit of 0', { clipNorm: 0 }, 'usage'],
    ['a batch norm momentum above 1', { batchNormMomentum: 2 }, 'usage'],
    ['another number of classes', { classes: 5 }, 'mismatch'],
  ])('refuses %s', async (_name, more, code) => {
    await expect(createTrainer(normNet(), config(more))).rejects.toMatchObject({ code })
  })

  it('reports NaN as the loss and lives on', async () => {
    const trainer = await createTrainer(normNet(), config())
    const good = trainer.state()
    const { images, targets } = batchOf(0, 4)
    const { loss } = await trainer.step(images, targets, 0.1)
    const bad = images.slice()
    bad[7] = NaN
    expect((await trainer.step(bad, targets, 0.1)).loss).toBeNaN()
    trainer.restore(good)
    expect((await trainer.step(images, targets, 0.1)).loss).toBe(loss)
    await trainer.close()
  })

  it('keeps state from being poisoned by an infinite gradient once the round of accumulation is over', async () => {
    const trainer = await createTrainer(plainNet(), config({ accumulate: 2 }))
    const { images, targets } = batchOf(0, 4)
    await trainer.step(
      images.map(() => Infinity),
      targets,
      0,
    )
    await trainer.step(images, targets, 0)
    expect(
      trainer
        .state()
        .get('gradient:k1')!
        .data.every(v => v === 0),
    ).toBe(true)
    await trainer.close()
  })

  it.each(['current', 'averaged'] as const)(
    'hands out the %s model, which runs for inference',
    async which => {
      const trainer = await createTrainer(dropoutNet(), config({ ema: 0.5 }))
      await losses(trainer, 0, 4)
      const model = trainer.model(which)
      const { images } = batchOf(9, 4)
      const session = await openSession(model)
      const found = (await session.run({ x: { shape: [4, ...input], data: images } }))['logits']!
      await session.close()
      const values = initializersOf(model).set('x', array([4, ...input], images))
      const wanted = run(model, values, { training: false }).output
      // A few hundred roundings of values around one.
      found.data.forEach((v, i) => expect(Math.abs(v - wanted.data[i]!)).toBeLessThan(1e-5))
      const weights = which === 'current' ? trainer.parameters() : trainer.averaged()!
      expect(Float32Array.from(initializersOf(model).get('k1')!.data)).toEqual(weights.get('k1')!.data)
      await trainer.close()
    },
  )

  it('learns a small problem', async () => {
    // The class is the quadrant in which the bright patch lies.
    const trainer = await createTrainer(
      buildStudent('cifar_resnet8', { classes: 4, input: [3, 16, 16], seed: 1 }),
      config({ batch: 16, input: [3, 16, 16], classes: 4, optimizer: { kind: 'adamw' } }),
    )
    let last = 0
    for (let i = 0; i < 30; i++) {
      const draw = random(5, i)
      const images = Float32Array.from({ length: 16 * 3 * 256 }, () => 0.5 * draw.normal())
      const targets = new Float32Array(16 * 4)
      for (let n = 0; n < 16; n++) {
        const label = draw.int(4)
        targets[n * 4 + label] = 1
        const [top, left] = [8 * (label >> 1), 8 * (label & 1)]
        for (let c = 0; c < 3; c++)
          for (let y = top + 2; y < top + 6; y++)
            for (let x = left + 2; x < left + 6; x++) images[((n * 3 + c) * 16 + y) * 16 + x]! += 2
      }
      last = (await trainer.step(images, targets, 3e-3)).loss
    }
    // Chance is ln 4 = 1.39.
    expect(last).toBeLessThan(0.3)
    await trainer.close()
  })
})
