/** Training runs of PyTorch, reproduced: first gradients, every loss, final weights and running statistics. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { FloatArray, TrainerConfig } from '../../../core/engine/engine.ts'
import { createTrainer } from '../../../core/engine/trainer.ts'
import { readOnnx } from '../../../core/graph/files/read.ts'
import { sharedFile } from '../../shared.ts'

interface Stored {
  shape: number[]
  data: number[]
}

interface Golden {
  batch: number
  input: [number, number, number]
  classes: number
  lr: number
  momentum: number
  nesterov: boolean
  weight_decay: number
  bn_momentum: number
  x: number[][]
  t: number[][]
  loss: number[]
  first_grad: Record<string, Stored>
  final: Record<string, Stored>
  tolerance: { loss: number; grad_rel: number; final_rel: number }
}

/** Largest difference relative to the largest value. */
function difference(found: FloatArray | undefined, { shape, data }: Stored): number {
  expect(found?.shape).toEqual(shape)
  const largest = Math.max(...data.map(Math.abs))
  return Math.max(...found!.data.map((v, i) => Math.abs(v - data[i]!))) / largest
}

// The form of this test without the shared folder is "trains a residual block" in optimizers.test.ts.
describe.each(['resnet', 'mobilenet'])('%s', name => {
  const file = sharedFile(`golden/train-${name}.json`)
  const weights = sharedFile(`golden/train-${name}.onnx`)

  it.skipIf(!file || !weights)('trains as in PyTorch', async () => {
    const golden = JSON.parse(readFileSync(file!, 'utf8')) as Golden
    const model = await readOnnx(weights!)
    const config = (momentum: number, weightDecay: number): TrainerConfig => ({
      batch: golden.batch,
      input: golden.input,
      classes: golden.classes,
      batchNormMomentum: golden.bn_momentum,
      optimizer: {
        kind: 'sgd',
        momentum,
        weightDecay,
        nesterov: golden.nesterov,
        decayAll: true,
      },
    })
    const { loss: lossTolerance, grad_rel: gradientTolerance, final_rel: finalTolerance } = golden.tolerance

    // Without decay the momentum buffer is the gradient after one step.
    const once = await createTrainer(model, config(0.9, 0))
    await once.step(Float32Array.from(golden.x[0]!), Float32Array.from(golden.t[0]!), golden.lr)
    const state = once.state()
    await once.close()
    expect(Object.keys(golden.first_grad).length).toBeGreaterThan(10)
    for (const [parameter, wanted] of Object.entries(golden.first_grad))
      expect(difference(state.get(`moment1:${parameter}`), wanted), `gradient of ${parameter}`).toBeLessThan(
        gradientTolerance,
      )

    const trainer = await createTrainer(model, config(golden.momentum, golden.weight_decay))
    for (const [i, wanted] of golden.loss.entries()) {
      const { loss } = await trainer.step(
        Float32Array.from(golden.x[i]!),
        Float32Array.from(golden.t[i]!),
        golden.lr,
      )
      expect(Math.abs(loss - wanted), `loss of step ${i}`).toBeLessThan(lossTolerance)
    }
    const found = trainer.parameters()
    await trainer.close()
    for (const [parameter, wanted] of Object.entries(golden.final))
      expect(difference(found.get(parameter), wanted), parameter).toBeLessThan(finalTolerance)
  })
})
