/** Making an inner value a model's output. */
import type { OnnxModel } from '../model.ts'
import { pruned } from './prune.ts'

/** The model with the float32 value `name` as its only output, without what that output does not need. */
export function withOutput(model: OnnxModel, name: string): OnnxModel {
  const declared = model.graph.outputs.find(output => output.name === name)
  const outputs = [declared ?? { name, dataType: 'float32' as const }]
  return { ...model, graph: pruned({ ...model.graph, outputs }) }
}
