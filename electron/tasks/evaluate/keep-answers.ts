/** Keeps the answers and logits of a run while its model is measured. */
import type { ModelEvaluationHooks } from '../../../core/training/measure/evaluate-model.ts'
import { openPredictions, type PredictionsWriter } from './predictions.ts'

export interface KeptAnswers {
  hooks: Required<Pick<ModelEvaluationHooks, 'onBegin' | 'onAnswer'>>
  /** Call it once everything is measured. */
  finish(): void
  discard(): void
}

/** `byNumber`: the model's classes are the project's by number. */
export function keepAnswers(dir: string, split: string, byNumber: boolean): KeptAnswers {
  let writer: PredictionsWriter | null = null
  let target: number[] | null = null
  return {
    hooks: {
      onBegin(images, classMap) {
        writer = openPredictions(dir, split, images)
        target = byNumber ? null : [...classMap.target]
      },
      onAnswer: (image, answer, logits) => writer?.add(image, answer, logits),
    },
    finish: () => writer?.finish(target),
    discard: () => writer?.discard(),
  }
}
