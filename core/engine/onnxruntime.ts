/** The ONNX Runtime driver: opens sessions on one of its execution providers. */
import { availableParallelism } from 'node:os'
import ort from 'onnxruntime-node'
import { fail, messageOf } from '../base/error.ts'
import type { EngineOptions, FloatArray, Session } from './engine.ts'

/** A session with the runtime's own tensors exposed, for callers that keep buffers from step to step. */
export interface RawSession {
  session: ort.InferenceSession
  close(): Promise<void>
}

/** Options of the runtime for ours. `optimize: false` keeps the graph as it was written, for graphs that are lowered already. */
export function sessionOptions(options: EngineOptions, optimize = true): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [options.provider ?? 'cpu'],
    intraOpNumThreads: options.threads ?? availableParallelism(),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: optimize ? 'all' : 'basic',
    logSeverityLevel: 3,
    // No automatic choice that could differ between two runs.
    enableMemPattern: true,
  }
}

/** Opens a model file or its bytes; rejects with `bad-model` and the runtime's reason. */
export async function openRaw(
  source: string | Uint8Array,
  options: EngineOptions = {},
  optimize = true,
): Promise<RawSession> {
  const settings = sessionOptions(options, optimize)
  try {
    const session =
      typeof source === 'string'
        ? await ort.InferenceSession.create(source, settings)
        : await ort.InferenceSession.create(source, settings)
    return { session, close: () => session.release() }
  } catch (error) {
    const name = typeof source === 'string' ? source : 'the model'
    const provider = options.provider ?? 'cpu'
    return fail(
      'bad-model',
      `ONNX Runtime (${provider}) cannot load ${name}: ${messageOf(error)}`,
      { provider },
      error,
    )
  }
}

/** A runtime tensor that shares memory with `array`. */
export function toRuntime({ data, shape }: FloatArray): ort.Tensor {
  return new ort.Tensor('float32', data, shape)
}

/** Runs the session's model with plain arrays in and out. */
export async function openOnnxRuntime(
  source: string | Uint8Array,
  options: EngineOptions = {},
): Promise<Session> {
  const { session, close } = await openRaw(source, options)
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    close,
    async run(feeds, outputs = {}) {
      for (const name of Object.keys(feeds))
        if (!session.inputNames.includes(name))
          fail('mismatch', `the model has no input "${name}"; it has ${session.inputNames.join(', ')}`)
      const fetches: Record<string, ort.Tensor | null> = Object.fromEntries(
        session.outputNames.map(name => [name, null]),
      )
      for (const [name, array] of Object.entries(outputs)) fetches[name] = toRuntime(array)
      const inputs = Object.fromEntries(
        Object.entries(feeds).map(([name, array]) => [name, toRuntime(array)]),
      )
      try {
        const results = await session.run(inputs, fetches)
        return Object.fromEntries(
          Object.entries(results).map(([name, { data, dims }]) => [
            name,
            {
              shape: [...dims],
              data: data instanceof Float32Array ? data : Float32Array.from(data as Iterable<number>, Number),
            },
          ]),
        )
      } catch (error) {
        return fail('bad-model', `ONNX Runtime could not run the model: ${messageOf(error)}`, {}, error)
      }
    },
  }
}
