/** The expected gain of reviewing an image: one number from the measures of its label map, which orders the review. */

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
 * - `differs`: the given label is not the strongest class; weighted by `½ + ½·margin`, because a map that is sure of
 *   another class is stronger evidence than an uncertain one.
 * - the rest: a map that is uncertain, spreads over many classes, or is disputed by other annotators.
 *
 * Without a label only the last three terms apply, so the range is 0…0.35.
 */
export function reviewScore(measures: ReviewMeasures): number {
  const margin = share(measures.margin)
  const doubt = 0.15 * (1 - margin) + 0.1 * share(measures.entropy) + 0.1 * share(measures.disputed)
  if (measures.label === null) return doubt
  const missing = measures.listed === false ? 0.4 : 0
  const differs = measures.label === measures.top ? 0 : 0.25 * (0.5 + 0.5 * margin)
  return missing + differs + doubt
}
