/** Opens a model on the requested engine. */
import { encodeModel } from '../graph/onnx/encode.ts'
import type { OnnxModel } from '../graph/model.ts'
import type { EngineOptions, Session } from './engine.ts'
import { openOnnxRuntime } from './onnxruntime.ts'

/**
 * Opens a model from its data, its bytes or its file (required for models with external data); rejects with `bad-model`
 * and the reason.
 */
export async function openSession(
  model: OnnxModel | Uint8Array | string,
  options: EngineOptions = {},
): Promise<Session> {
  const source = typeof model === 'string' || model instanceof Uint8Array ? model : encodeModel(model)
  return openOnnxRuntime(source, options)
}
