/** A model file's metadata: its classes and preprocessing, if this program wrote it. */
import { fail } from '../../base/error.ts'
import type { OnnxModel } from '../../graph/model.ts'

/** How images become a model's inputs: RGB planes of `size` × `size`, (pixel/255 − mean) / std. */
export interface ModelInput {
  /** Side of the square input, pixels. */
  size: number
  mean: number[]
  std: number[]
  /** Like a recipe's `evaluation`, with the number of pixels filled in. */
  mode: string
  resize: number
}

/** Undefined if the file does not specify it. */
export interface ModelInfo {
  classes: string[] | undefined
  input: ModelInput | undefined
}

function parsed(model: OnnxModel, key: string): unknown {
  const text = model.metadata.get(key)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined // another program's use of this key
  }
}

const isTriple = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 3 && value.every(x => typeof x === 'number' && Number.isFinite(x))

/** Reads the metadata; anything in another form counts as absent. */
export function modelInfo(model: OnnxModel): ModelInfo {
  const classes = parsed(model, 'classes')
  const input = parsed(model, 'preprocessing') as Partial<ModelInput> | undefined
  const named = Array.isArray(classes) && classes.every(name => typeof name === 'string')
  const whole = input && typeof input.size === 'number' && isTriple(input.mean) && isTriple(input.std)
  return {
    classes: named ? (classes as string[]) : undefined,
    input: whole ? (input as ModelInput) : undefined,
  }
}

/** Number of outputs that the graph declares, if it is a number. */
export function outputClasses(model: OnnxModel): number | undefined {
  const last = model.graph.outputs[0]?.shape?.at(-1)
  return typeof last === 'number' ? last : undefined
}

/** Side of the square input that the graph declares, if it is a number; throws `unsupported` for other forms. */
export function inputSide(model: OnnxModel): number | undefined {
  const shape = model.graph.inputs[0]?.shape
  if (shape && (shape.length !== 4 || (typeof shape[1] === 'number' && shape[1] !== 3)))
    fail('unsupported', `the model's input [${shape.join(', ')}] is not [N, 3, H, W]`)
  const [, , h, w] = shape ?? []
  if (typeof h === 'number' && typeof w === 'number' && h !== w)
    fail('unsupported', `the model takes images of ${w}×${h} pixels; only square inputs can be evaluated`)
  return typeof h === 'number' ? h : undefined
}
