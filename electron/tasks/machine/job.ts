/**
 * The self-test job: tests every part of the machine where a crash does no harm, with a few training steps on request.
 */
import { random } from '../../../core/base/random.ts'
import { fail } from '../../../core/base/error.ts'
import type { Finding } from '../../../core/contract/api/app.ts'
import { createTrainer } from '../../../core/engine/trainer.ts'
import { buildPlain } from '../../../core/graph/students/index.ts'
import { tried, tryMachine, type MachineReport } from './steps.ts'
import type { JobContext } from '../process/protocol.ts'

/** Whether to test training too. */
export interface SelfTestConfig {
  train: boolean
}

export function run(config: SelfTestConfig, context: JobContext): Promise<MachineReport> {
  return tryMachine(async () => {
    if (!config.train || context.signal.aborted) return []
    return [await tried('training', trainSome)] satisfies Finding[]
  })
}

const steps = 20

/** A tiny net has to learn to distinguish two kinds of noise: its loss must fall. */
async function trainSome(): Promise<string> {
  const [batch, size, classes] = [8, 12, 2]
  const model = buildPlain({ channels: [4, 8], strides: [2, 2], classes, input: [3, size, size], seed: 1 })
  const trainer = await createTrainer(model, {
    batch,
    classes,
    input: [3, size, size],
    seed: 1,
    optimizer: { kind: 'adamw' },
  })
  try {
    const draw = random(1)
    const each = 3 * size * size
    const images = Float32Array.from(
      { length: batch * each },
      (_, i) => draw.normal() + (Math.floor(i / each) % 2 === 0 ? 1 : -1),
    )
    const targets = Float32Array.from({ length: batch * classes }, (_, i) =>
      Math.floor(i / classes) % 2 === i % classes ? 1 : 0,
    )
    const losses: number[] = []
    const began = performance.now()
    for (let i = 0; i < steps; i++) losses.push((await trainer.step(images, targets, 0.01)).loss)
    const ms = (performance.now() - began) / steps
    const [first, last] = [losses[0]!, losses.at(-1)!]
    if (!(last < first)) fail('unsupported', `the loss went from ${first} to ${last} in ${steps} steps`)
    return `${steps} training steps of a tiny net: loss ${first.toFixed(2)} → ${last.toFixed(2)} (${ms.toFixed(1)} ms per step)`
  } finally {
    await trainer.close()
  }
}
