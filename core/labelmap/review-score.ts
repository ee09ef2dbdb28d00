/** What a look at an image is likely to gain: one number from the measures of its label map, to order the review by. */

/** Measures of an image's label map in the project's classes. */
export interface ReviewMeasures {
  /** The given label, or null. */
  label: number | null
  /** Strongest class of the whole image. */
  top: number
  /** Lead of the strongest class over the second, 0…1. */
  margin: number
  /** Entropy of the whole image's target as a share of log C, 0…1. */
  entropy: number
  /** Whether the given label is in the top K of some cell; null without a label. */
  listed: boolean | null
  /** Share of other annotations whose strongest class is another one, 0…1. */
  disputed: number
}

const share = (value: number): number => (value > 0 ? Math.min(value, 1) : 0)

/**
 * Expected gain of a review, 0…1:
 *
 * `0.40·missing + 0.25·differs + 0.15·(1 − margin) + 0.10·entropy + 0.10·disputed`
 *
 * - `missing`: the given label is in no cell's top K. The strongest sign: either label or map is wrong.
 * - `differs`: the given label is not the strongest class; counted by `½ + ½·margin`, for a map that is sure of another
 *   class says more than one that wavers.
 * - the rest: a map that wavers, spreads over many classes, or is disputed by other annotators.
 *
 * Without a label nothing can be missing or differ: the last three terms alone speak, scaled to 0…0.35.
 */
export function reviewScore(measures: ReviewMeasures): number {
  const margin = share(measures.margin)
  const doubt = 0.15 * (1 - margin) + 0.1 * share(measures.entropy) + 0.1 * share(measures.disputed)
  if (measures.label === null) return doubt
  const missing = measures.listed === false ? 0.4 : 0
  const differs = measures.label === measures.top ? 0 : 0.25 * (0.5 + 0.5 * margin)
  return missing + differs + doubt
}
