/** The ONNX Runtime driver: opens sessions on one of its execution providers. */
import { availableParallelism } from 'node:os'
import { ort } from './runtime.ts'
import { fail, messageOf } from '../base/error.ts'
import { elements } from '../graph/tensor.ts'
import type { EngineOptions, FloatArray, Session } from './engine.ts'

/** A session that exposes the runtime's own tensors, for callers that reuse buffers between steps. */
export interface RawSession {
  session: ort.InferenceSession
  close(): Promise<void>
}

/**
 * Converts our options to the runtime's. `optimize: false` keeps the graph as written, for graphs that are already
 * lowered.
 */
function sessionOptions(options: EngineOptions, optimize = true): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [options.provider ?? 'cpu'],
    intraOpNumThreads: options.threads ?? availableParallelism(),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: optimize ? 'all' : 'basic',
    logSeverityLevel: 3,
    // No automatic choices that could differ between runs.
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

type Metadata = readonly ort.InferenceSession.ValueMetadata[]

/** A runtime tensor that shares memory with `array`, if it fits the model's value of this name. */
function toRuntime(
  kind: 'input' | 'output',
  name: string,
  { data, shape }: FloatArray,
  values: Metadata,
): ort.Tensor {
  const value = values.find(candidate => candidate.name === name)
  if (!value)
    fail(
      'mismatch',
      `the model has no ${kind} "${name}"; it has ${values.map(candidate => candidate.name).join(', ')}`,
    )
  if (data.length !== elements(shape))
    fail(
      'mismatch',
      `${kind} "${name}" holds ${data.length} values; [${shape.join(', ')}] takes ${elements(shape)}`,
    )
  if (value.isTensor) {
    const wanted = value.shape
    // A scalar and a value of unknown rank both come as an empty list.
    if (
      (wanted.length > 0 && wanted.length !== shape.length) ||
      wanted.some((dim, i) => typeof dim === 'number' && dim >= 0 && dim !== shape[i])
    )
      fail(
        'mismatch',
        `${kind} "${name}" has shape [${shape.join(', ')}]; the model takes [${wanted.join(', ')}]`,
      )
  }
  return new ort.Tensor('float32', data, shape)
}

function fromRuntime({ data, dims }: ort.Tensor): FloatArray {
  const floats = data instanceof Float32Array ? data : Float32Array.from(data as Iterable<number>, Number)
  return { shape: [...dims], data: floats }
}

/** Runs the session's model with plain arrays in and out; rejects with `mismatch` if they do not fit the model. */
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
      const missing = session.inputNames.filter(name => !Object.hasOwn(feeds, name))
      if (missing.length > 0)
        fail('mismatch', `the model also takes ${missing.map(name => `"${name}"`).join(', ')}`)
      const inputs = Object.fromEntries(
        Object.entries(feeds).map(([name, array]) => [
          name,
          toRuntime('input', name, array, session.inputMetadata),
        ]),
      )
      const fetches: Record<string, ort.Tensor | null> = Object.fromEntries(
        session.outputNames.map(name => [name, null]),
      )
      for (const [name, array] of Object.entries(outputs))
        fetches[name] = toRuntime('output', name, array, session.outputMetadata)
      try {
        const results = await session.run(inputs, fetches)
        return Object.fromEntries(
          Object.entries(results).map(([name, result]) => [name, outputs[name] ?? fromRuntime(result)]),
        )
      } catch (error) {
        return fail('bad-model', `ONNX Runtime could not run the model: ${messageOf(error)}`, {}, error)
      }
    },
  }
}
