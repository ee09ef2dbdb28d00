/** Runs a training-step graph repeatedly: buffers are allocated once, and states are swapped instead of copied. */
import { ort } from './runtime.ts'
import { fail, messageOf } from '../base/error.ts'
import { encodeModel } from '../graph/onnx/encode.ts'
import type { TrainingGraph } from '../graph/training/build.ts'
import { elements } from '../graph/tensor.ts'
import type { EngineOptions, StepResult } from './engine.ts'
import { openRaw } from './onnxruntime.ts'

/** A state tensor: the next step reads `current` and writes `spare`. */
export interface StateBuffer {
  shape: readonly number[]
  current: ort.Tensor
  spare: ort.Tensor
}

export type StateBuffers = Map<string, StateBuffer>

const tensor = (data: Float32Array, shape: readonly number[]): ort.Tensor =>
  new ort.Tensor('float32', data, [...shape])

/** A pair of buffers; the first holds `initial` or zeros. */
export function stateBuffer(shape: readonly number[], initial?: Float32Array): StateBuffer {
  const size = elements(shape)
  return {
    shape,
    current: tensor(initial?.slice() ?? new Float32Array(size), shape),
    spare: tensor(new Float32Array(size), shape),
  }
}

export interface StepSession {
  graph: TrainingGraph
  /**
   * Runs one step with the states and further feeds by input name, and swaps the states if it succeeded. Returns loss
   * and gradient norm.
   */
  run(state: StateBuffers, feeds: Record<string, ort.Tensor>): Promise<StepResult>
  close(): Promise<void>
}

export async function openStep(graph: TrainingGraph, options: EngineOptions): Promise<StepSession> {
  const { session, close } = await openRaw(encodeModel(graph.model), options, false)
  const output = (name: string): ort.Tensor => {
    const shape = graph.model.graph.outputs.find(value => value.name === name)?.shape as number[]
    return tensor(new Float32Array(elements(shape)), shape)
  }
  const results: Record<string, ort.Tensor> = {
    [graph.loss]: output(graph.loss),
    [graph.logits]: output(graph.logits),
  }
  if (graph.gradientNorm !== undefined) results[graph.gradientNorm] = output(graph.gradientNorm)
  const first = (name: string): number => (results[name]?.data as Float32Array)[0] as number
  return {
    graph,
    close,
    async run(state, feeds) {
      const inputs = { ...feeds }
      const fetches = { ...results }
      for (const { key, input, next } of graph.state) {
        const buffer = state.get(key) as StateBuffer
        inputs[input] = buffer.current
        if (next !== undefined) fetches[next] = buffer.spare
      }
      try {
        await session.run(inputs, fetches)
      } catch (error) {
        fail('bad-model', `ONNX Runtime could not run the training step: ${messageOf(error)}`, {}, error)
      }
      for (const { key, next } of graph.state) {
        if (next === undefined) continue
        const buffer = state.get(key) as StateBuffer
        ;[buffer.current, buffer.spare] = [buffer.spare, buffer.current]
      }
      const result = { loss: first(graph.loss), logits: results[graph.logits]?.data as Float32Array }
      return graph.gradientNorm === undefined
        ? result
        : { ...result, gradientNorm: first(graph.gradientNorm) }
    },
  }
}
