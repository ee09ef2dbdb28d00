/** Measures of a label map over its whole image, for browsing and review. */
import type { ClassMap } from '../labelmap/class-map.ts'
import type { LabelMap } from '../labelmap/label-map.ts'
import { createTargetScratch, globalTarget } from './target.ts'

/** Figures of one map in the project's classes. */
export interface MapMeasures {
  /** Strongest class of the whole image (ties: the lower class). */
  top: number
  /** Its probability. */
  confidence: number
  /** Its lead over the second class, 0…1. */
  margin: number
  /** Entropy of the whole image's target as a share of log C, 0…1. */
  entropy: number
  /** Whether the given label is among the classes that some cell lists; null without a label. */
  listed: boolean | null
}

/**
 * Creates a function that measures the maps of one annotation and reuses its working memory. `fill` as in the manifest.
 */
export function createMapScorer(
  classMap: ClassMap,
  fill: number,
): (map: LabelMap, label: number | null) => MapMeasures {
  const scratch = createTargetScratch(classMap, { fill })
  const target = new Float32Array(classMap.projectClasses)
  const mostEntropy = Math.log(classMap.projectClasses)
  return (map, label) => {
    globalTarget(map, target, scratch)
    let [top, first, second, entropy] = [0, -1, 0, 0]
    target.forEach((p, c) => {
      if (p > first) [top, first, second] = [c, p, Math.max(first, 0)]
      else if (p > second) second = p
      if (p > 0) entropy -= p * Math.log(p)
    })
    return {
      top,
      confidence: first,
      margin: first - second,
      entropy: mostEntropy > 0 ? Math.min(1, Math.max(0, entropy / mostEntropy)) : 0,
      listed: label === null ? null : map.ids.some(id => classMap.target[id] === label),
    }
  }
}
