/** Every golden number from PyTorch and torchvision, through the public face alone; each file states its own tolerance. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as relabel from '../../core/index.ts'
import { sharedFile } from '../shared.ts'

const has = sharedFile('golden') !== undefined

function golden<T>(name: string): T {
  return JSON.parse(readFileSync(sharedFile(`golden/${name}`) ?? '', 'utf8')) as T
}

const flat = (nested: unknown): number[] =>
  Array.isArray(nested) ? nested.flatMap(flat) : [nested as number]

function expectClose(
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
  name = '',
): void {
  expect(found.length, name).toBe(wanted.length)
  const worst = Math.max(...Array.from(wanted, (value, i) => Math.abs(value - (found[i] as number))))
  expect(worst, name).toBeLessThanOrEqual(tolerance)
}

/** Largest difference over largest value. */
function relative(found: ArrayLike<number>, wanted: number[]): number {
  const top = Math.max(...wanted.map(Math.abs), 1e-12)
  return Math.max(...wanted.map((value, i) => Math.abs(value - (found[i] as number)))) / top
}

// The rooms' own tests have forms of these that need no shared folder (training: "trains a residual block" in
// engine/optimizers.test.ts).
describe.skipIf(!has)('golden numbers', () => {
  it('RoIAlign with every option of torchvision', () => {
    interface Case {
      input: { shape: [number, number, number]; data: number[] }
      box_xyxy: [number, number, number, number]
      output_size: [number, number]
      spatial_scale: number
      sampling_ratio: number
      aligned: boolean
      expected: number[]
    }
    const { cases, tolerance } = golden<{ cases: Case[]; tolerance: number }>('roi-align.json')
    for (const one of cases) {
      const found = relabel.roiAlign(Float32Array.from(one.input.data), one.input.shape, one.box_xyxy, {
        outputSize: one.output_size,
        spatialScale: one.spatial_scale,
        samplingRatio: one.sampling_ratio,
        aligned: one.aligned,
      })
      expectClose(found, flat(one.expected), tolerance)
    }
  })

  it('label pooling in both orders of the axes', () => {
    interface Target {
      top_ids: number[]
      top_prob: number[]
    }
    interface Case {
      shape: [number, number, number]
      classes: number
      values: number[]
      ids: number[]
      image_size_hw: [number, number]
      crop_tlhw: [number, number, number, number]
      correct: Target
      /** The hand-checkable cases have one order only. */
      published?: Target
    }
    const { cases, tolerance } = golden<{ cases: Case[]; tolerance: number }>('label-pooling.json')
    for (const one of cases) {
      const map: relabel.LabelMap = {
        shape: one.shape,
        ids: Uint16Array.from(one.ids),
        logits: Float32Array.from(one.values),
      }
      const [top, left, height, width] = one.crop_tlhw
      const size = { height: one.image_size_hw[0], width: one.image_size_hw[1] }
      for (const axes of ['correct', 'published'] as const) {
        const wanted = one[axes]
        if (!wanted) continue
        const { probabilities } = relabel.poolLabelMap(map, { top, left, height, width }, size, {
          classes: one.classes,
          axes,
        })
        const found = wanted.top_ids.map(id => probabilities[id] as number)
        expectClose(found, wanted.top_prob, tolerance, axes)
      }
    }
  })

  it('CutMix boxes exactly', () => {
    interface Case {
      size_hw: [number, number]
      lam: number
      center_yx: [number, number]
      box_yxyx: [number, number, number, number]
      lam_adjusted: number
    }
    for (const one of golden<{ cases: Case[] }>('cutmix.json').cases) {
      const [height, width] = one.size_hw
      const [y, x] = one.center_yx
      const [top, left, bottom, right] = one.box_yxyx
      const found = relabel.cutmixBox({ height, width }, one.lam, { y, x })
      expect(found).toMatchObject({ top, left, bottom, right })
      expect(found.lambda).toBeCloseTo(one.lam_adjusted, 12)
    }
  })

  it('label maps as torch.save writes them, and files that must be refused', () => {
    interface Expected {
      files: { file: string; shape: [number, number, number, number]; values: number[]; ids: number[] }[]
    }
    const read = (file: string): relabel.LabelMap =>
      relabel.readTorchLabelMap(readFileSync(sharedFile(`golden/torch-label-maps/${file}`) ?? ''))
    for (const { file, shape, values, ids } of golden<Expected>('torch-label-maps/expected.json').files) {
      const map = read(file)
      expect(map.shape, file).toEqual(shape.slice(1))
      expectClose(map.logits, values, 1e-5, file) // printed with seven digits, below 100
      expect([...map.ids], file).toEqual(ids)
    }
    for (const file of ['not-a-label-map.pt', 'truncated.pt', 'runs-code.pt', 'runs-code-legacy.pt'])
      expect(() => read(file), file).toThrow(relabel.RelabelError)
  })

  it.each(['resnet', 'mobilenet'])('a training run of a small %s', async name => {
    interface Run {
      batch: number
      input: [number, number, number]
      classes: number
      lr: number
      momentum: number
      nesterov: boolean
      weight_decay: number
      bn_momentum: number
      x: unknown[]
      t: unknown[]
      loss: number[]
      first_grad: Record<string, { data: unknown }>
      final: Record<string, { data: unknown }>
      tolerance: { loss: number; grad_rel: number; final_rel: number }
    }
    const run = golden<Run>(`train-${name}.json`)
    const model = await relabel.readOnnx(sharedFile(`golden/train-${name}.onnx`) ?? '')
    const { batch, input, classes, tolerance } = run
    const base = { batch, input, classes, batchNormMomentum: run.bn_momentum }
    const images = run.x.map(step => Float32Array.from(flat(step)))
    const targets = run.t.map(step => Float32Array.from(flat(step)))

    // Without decay the momentum buffer after one step is the gradient.
    const first = await relabel.createTrainer(model, { ...base, optimizer: { kind: 'sgd', momentum: 0.9 } })
    await first.step(images[0]!, targets[0]!, run.lr)
    const gradients = first.state()
    await first.close()
    for (const [key, { data }] of Object.entries(run.first_grad))
      expect(relative(gradients.get(`moment1:${key}`)!.data, flat(data)), key).toBeLessThanOrEqual(
        tolerance.grad_rel,
      )

    const trainer = await relabel.createTrainer(model, {
      ...base,
      optimizer: {
        kind: 'sgd',
        momentum: run.momentum,
        nesterov: run.nesterov,
        weightDecay: run.weight_decay,
        decayAll: true,
      },
    })
    for (const [i, loss] of run.loss.entries())
      expectClose(
        [(await trainer.step(images[i]!, targets[i]!, run.lr)).loss],
        [loss],
        tolerance.loss,
        `step ${i}`,
      )
    const final = trainer.parameters()
    await trainer.close()
    for (const [key, { data }] of Object.entries(run.final))
      expect(relative(final.get(key)!.data, flat(data)), key).toBeLessThanOrEqual(tolerance.final_rel)
  })
})
