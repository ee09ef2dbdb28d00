/** `relabel bench train`: training steps relative to the machine's matrix-product rate, in one run. */
import type { FloatArray } from '../../core/engine/engine.ts'
import { random } from '../../core/base/random.ts'
import { createTrainer } from '../../core/engine/trainer.ts'
import { blockSize } from '../../core/engine/blocked-layout.ts'
import { openSession } from '../../core/engine/session.ts'
import type { OnnxModel } from '../../core/graph/model.ts'
import { floatValue, modelOf, node } from '../../core/graph/node.ts'
import { inferShapes } from '../../core/graph/inference/infer.ts'
import { buildPlain, buildStudent } from '../../core/graph/students/index.ts'

/** Figures of one network. */
export interface StepBench {
  batch: number
  input: [number, number, number]
  /** Forward and backward, as 6 × multiply-accumulates of convolutions and products. */
  gflopPerImage: number
  imagesPerSecond: number
  gflops: number
  /** `MatMul` of 1024×1024 matrices on the same engine and threads, measured alternately with the steps. */
  matmulGflops: number
  ratio: number
}

export interface TrainBench {
  /** Block of ONNX Runtime's blocked layout here; 1: not available. */
  block: number
  networks: Record<string, StepBench>
}

const side = 1024

function draws(length: number, seed: number): Float32Array {
  const source = random(seed)
  return Float32Array.from({ length }, () => source.normal())
}

async function openProduct(): Promise<{ run(): Promise<number>; close(): Promise<void> }> {
  const shape = [side, side]
  const graph = {
    name: 'product',
    nodes: [node('MatMul', ['a', 'b'], ['c'])],
    inputs: [floatValue('a', shape), floatValue('b', shape)],
    outputs: [floatValue('c', shape)],
    values: [],
    initializers: new Map(),
  }
  const session = await openSession(modelOf(graph))
  const [a, b] = [1, 2].map(seed => ({ shape, data: draws(side * side, seed) })) as [FloatArray, FloatArray]
  const c = { shape, data: new Float32Array(side * side) }
  return {
    async run() {
      const start = performance.now()
      await session.run({ a, b }, { c })
      return (2 * side ** 3) / (performance.now() - start) / 1e6
    },
    close: () => session.close(),
  }
}

/** Multiply-accumulates of a forward pass over one image. */
export function multiplyAccumulates(model: OnnxModel, input: [number, number, number]): number {
  const { graph } = model
  const shapes = inferShapes(graph, { [graph.inputs[0]?.name ?? '']: [1, ...input] })
  const size = (name: string | undefined): number[] =>
    (graph.initializers.get(name ?? '')?.dims ?? shapes.get(name ?? '')?.shape ?? []).map(Number)
  let sum = 0
  for (const { op, inputs, outputs } of graph.nodes) {
    if (op !== 'Conv' && op !== 'Gemm') continue
    const outputs1 = size(outputs[0]).reduce((a, b) => a * b, 1)
    const weight = size(inputs[1])
    // Each output is a sum over the weight's other axes; Gemm heads here have weights [classes, features].
    sum += outputs1 * weight.slice(1).reduce((a, b) => a * b, 1)
  }
  return sum
}

async function benchStep(
  model: OnnxModel,
  batch: number,
  input: [number, number, number],
  classes: number,
  rounds: number,
): Promise<StepBench> {
  const trainer = await createTrainer(model, {
    batch,
    input,
    classes,
    optimizer: { kind: 'sgd', momentum: 0.9 },
  })
  const product = await openProduct()
  const images = draws(batch * input[0] * input[1] * input[2], 3)
  const targets = new Float32Array(batch * classes)
  for (let i = 0; i < batch; i++) targets[i * classes + (i % classes)] = 1
  const steps: number[] = []
  const products: number[] = []
  // The best of each, measured alternately: the speed of the machine while it is otherwise idle.
  for (let round = 0; round < rounds + 2; round++) {
    for (let i = 0; i < 6; i++) products.push(await product.run())
    const start = performance.now()
    await trainer.step(images, targets, 0.001)
    if (round >= 2) steps.push(performance.now() - start)
  }
  await trainer.close()
  await product.close()
  const seconds = Math.min(...steps) / 1000
  const gflopPerImage = (6 * multiplyAccumulates(model, input)) / 1e9
  const gflops = (gflopPerImage * batch) / seconds
  const matmulGflops = Math.max(...products)
  return {
    batch,
    input,
    gflopPerImage,
    imagesPerSecond: batch / seconds,
    gflops,
    matmulGflops,
    ratio: gflops / matmulGflops,
  }
}

/** Runs both networks of the benchmark; about `rounds` steps each (default 20). */
export async function benchTrain(options: { rounds?: number } = {}): Promise<TrainBench> {
  const { rounds = 20 } = options
  const small: [number, number, number] = [3, 32, 32]
  const large: [number, number, number] = [3, 64, 64]
  const five = buildPlain({
    channels: [32, 64, 64, 128, 128],
    strides: [1, 2, 1, 2, 1],
    classes: 10,
    input: small,
    seed: 1,
  })
  const resnet = buildStudent('resnet18', { classes: 1000, input: large, seed: 1 })
  return {
    block: await blockSize(),
    networks: {
      'five convolutions, 32 px, batch 128': await benchStep(five, 128, small, 10, rounds),
      'resnet18, 64 px, batch 32': await benchStep(resnet, 32, large, 1000, rounds),
    },
  }
}
