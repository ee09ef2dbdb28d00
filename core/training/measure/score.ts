/** Scores a model's logits in the project's classes: the one way for a model that runs and for kept predictions. */
import type { Metrics } from '../../contract/metrics.ts'
import type { ClassMap } from '../../labelmap/class-map.ts'
import { createMetrics, type Truth } from './metrics.ts'

/** Logit of a class that the model does not have; far below every real one, and finite. */
export const never = -1e9

/** Logits [count, model classes] → [count, truth classes]: the maximum over the model's classes that map to each. */
export function mapLogits(logits: Float32Array, count: number, map: ClassMap): Float32Array {
  const from = map.target.length
  const out = new Float32Array(count * map.projectClasses).fill(never)
  for (let b = 0; b < count; b++)
    for (let a = 0; a < from; a++) {
      const to = map.target[a]!
      if (to < 0) continue
      const at = b * map.projectClasses + to
      const z = logits[b * from + a]!
      if (z > out[at]! || Number.isNaN(z)) out[at] = z
    }
  return out
}

export interface Scorer {
  /** Logits of one image [model classes] and its truth; gives its class (ties: the lower one). */
  add(logits: Float32Array, truth: Truth): number
  result(): Metrics
}

/** `classMap`: from the model's classes to the `classes` of the truth, where they differ; there is no loss then. */
export function createScorer(classes: number, classMap?: ClassMap): Scorer {
  const metrics = createMetrics(classes)
  return {
    add(logits, truth) {
      const own = classMap ? mapLogits(logits, 1, classMap) : logits
      metrics.add(own, [truth])
      return strongest(own)
    },
    result: () => (classMap ? { ...metrics.result(), loss: null } : metrics.result()),
  }
}

function strongest(logits: Float32Array): number {
  let best = 0
  for (let c = 1; c < logits.length; c++) if (logits[c]! > logits[best]!) best = c
  return best
}
