/** Writes the output of a run: ONNX and safetensors with the class names, and a model card. */
import { join } from 'node:path'
import type { FloatArray } from '../../engine/engine.ts'
import { writeOnnx } from '../../graph/files/write.ts'
import type { OnnxModel } from '../../graph/model.ts'
import { encodeSafetensors } from '../../graph/safetensors.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { writeAtomicSync } from '../../base/files/atomic.ts'
import type { ModelInput } from '../measure/model-info.ts'
import type { Metrics } from '../../contract/metrics.ts'
import { evalResize } from '../recipe/recipe.ts'

/** The contents of a model card. */
export interface Card {
  format: 1
  student: string
  supervision: string
  classes: string[]
  input: ModelInput
  recipe: Recipe
  snapshot: string | null
  annotation: string | null
  steps: number
  epochs: number
  metrics: Metrics | null
  program: string
  created: string
}

/** The model with the class names and the preprocessing in its metadata. */
function labelled(model: OnnxModel, card: Pick<Card, 'classes' | 'input' | 'student'>): OnnxModel {
  const metadata = new Map(model.metadata)
  metadata.set('classes', JSON.stringify(card.classes))
  metadata.set('preprocessing', JSON.stringify(card.input))
  metadata.set('student', card.student)
  return { ...model, producerName: 'relabel-studio', metadata }
}

/** How images become inputs, for the card and the metadata. */
export function inputOf(recipe: Recipe): ModelInput {
  const { size, mean, std, evaluation } = recipe
  return { size, mean, std, mode: evaluation.mode, resize: evalResize(recipe) }
}

/** Writes NAME.onnx, NAME.safetensors and NAME.json into `dir`, each atomically; returns their paths. */
export async function writeResult(
  dir: string,
  name: string,
  model: OnnxModel,
  parameters: Map<string, FloatArray>,
  card: Card,
): Promise<{ onnx: string; safetensors: string; card: string }> {
  const paths = {
    onnx: join(dir, `${name}.onnx`),
    safetensors: join(dir, `${name}.safetensors`),
    card: join(dir, `${name}.json`),
  }
  await writeOnnx(labelled(model, card), paths.onnx)
  const metadata = {
    format: 'pt',
    classes: JSON.stringify(card.classes),
    preprocessing: JSON.stringify(card.input),
    student: card.student,
  }
  writeAtomicSync(paths.safetensors, encodeSafetensors(parameters, metadata))
  writeAtomicSync(paths.card, `${JSON.stringify(card, null, 2)}\n`)
  return paths
}
