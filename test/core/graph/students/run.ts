/** Runs a model of the tests on ONNX Runtime. */
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect } from 'vitest'
import { random } from '../../../../core/base/random.ts'
import type { OnnxModel } from '../../../../core/graph/model.ts'
import { encodeModel } from '../../../../core/graph/onnx/encode.ts'

/** The first output for seeded normal noise of this shape. */
export async function runOnNoise(
  model: OnnxModel,
  shape: number[],
): Promise<{ shape: number[]; data: Float32Array }> {
  const session = await InferenceSession.create(encodeModel(model), {
    intraOpNumThreads: 2,
    logSeverityLevel: 3,
  })
  const source = random(11)
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => source.normal())
  const input = new Tensor('float32', data, shape)
  const found = await session.run({ [session.inputNames[0]!]: input })
  const output = found[session.outputNames[0]!]!
  const result = { shape: [...output.dims], data: (output.data as Float32Array).slice() }
  await session.release()
  return result
}

/** Both are computed in float32 by the same kernels; sums of at most a few thousand terms differ by rounding alone. */
export function expectEqual(found: Float32Array, expected: Float32Array, tolerance = 1e-5): void {
  expect(found.length).toBe(expected.length)
  const size = Math.max(...expected.map(Math.abs))
  found.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(tolerance * size))
}
