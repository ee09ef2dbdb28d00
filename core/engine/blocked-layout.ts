/** Detects whether this machine's ONNX Runtime has blocked-layout convolutions, and verifies them before use. */
import { modelOf, node, floatValue } from '../graph/node.ts'
import { createWriter } from '../graph/writer.ts'
import * as blocked from '../graph/lowering/blocked.ts'
import * as plain from '../graph/lowering/plain.ts'
import { windowOf } from '../graph/shape/window.ts'
import { random } from '../base/random.ts'
import type { EngineOptions } from './engine.ts'
import { openSession } from './session.ts'

const known = new Map<string, Promise<number>>()

/**
 * Block size of the layout (8 or 16 on today's x64 and ARM), or 1 where it cannot be used: on other providers, in builds
 * without it, or if a small convolution and its gradients come out different from the standard operators (1e-4 of the
 * largest value, about a thousand roundings of float32).
 */
export function blockSize(options: EngineOptions = {}): Promise<number> {
  const key = options.provider ?? 'cpu'
  const found = known.get(key) ?? (key === 'cpu' ? measure(options).catch(() => 1) : Promise.resolve(1))
  known.set(key, found)
  return found
}

async function measure(options: EngineOptions): Promise<number> {
  const block = await layoutBlock(options)
  return block > 1 && (await agrees(block, options)) ? block : 1
}

/**
 * Block size of the runtime's reorder operator, unverified; 1 if it does not reorder. Throws if there is no such
 * operator.
 */
export async function layoutBlock(options: EngineOptions = {}): Promise<number> {
  // Four channels are rounded up to a whole block, which reveals its size.
  const reorder = node('com.microsoft.nchwc:ReorderInput', ['x'], ['y'])
  const graph = {
    name: 'block',
    nodes: [reorder],
    inputs: [floatValue('x', [1, 4, 1, 1])],
    outputs: [floatValue('y', [1, 'block', 1, 1])],
    values: [],
    initializers: new Map(),
  }
  const probe = await openSession(modelOf(graph, 17, { 'com.microsoft.nchwc': 1 }), options)
  const { y } = await probe.run({ x: { shape: [1, 4, 1, 1], data: new Float32Array(4) } })
  await probe.close()
  const block = y?.shape[1] ?? 1
  return block <= 64 ? block : 1
}

/** Runs a small convolution and both gradients in both lowerings and compares the results. */
async function agrees(block: number, options: EngineOptions): Promise<boolean> {
  const w = createWriter()
  const x = w.input('x', [block, 2 * block, 5, 6])
  const weight = w.input('weight', [block, 2 * block, 3, 3])
  const g = w.input('g', [block, block, 5, 6])
  const conv = node('Conv', [], [], { pads: [1, 1, 1, 1] })
  const window = windowOf(conv, w.shape(x), [3, 3])
  const lowered: plain.Convolution = { x, weight, bias: '', groups: 1, window }
  const pairs = [
    [plain.forward(w, lowered), blocked.forward(w, lowered, block)],
    [plain.inputGradient(w, lowered, g), blocked.inputGradient(w, lowered, g, block)],
    [plain.weightGradient(w, lowered, g), blocked.weightGradient(w, lowered, g, block)],
  ] as const
  const outputs = pairs.flat().map(name => floatValue(name, [...w.shape(name)]))
  const graph = {
    name: 'check',
    nodes: w.nodes,
    inputs: w.inputs,
    outputs,
    values: [],
    initializers: w.initializers,
  }
  const draw = random(1)
  const feeds = Object.fromEntries(
    w.inputs.map(({ name }) => {
      const shape = [...w.shape(name)]
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => draw.uniform(-1, 1))
      return [name, { shape, data }]
    }),
  )
  const session = await openSession(
    modelOf(graph, 20, { 'com.microsoft': 1, 'com.microsoft.nchwc': 1 }),
    options,
  )
  const results = await session.run(feeds)
  await session.close()
  return pairs.every(([one, other]) => {
    const [a, b] = [results[one]?.data ?? new Float32Array(), results[other]?.data ?? new Float32Array()]
    const largest = a.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
    return (
      a.length > 0 &&
      a.length === b.length &&
      a.every((value, i) => Math.abs(value - (b[i] as number)) <= 1e-4 * largest)
    )
  })
}
