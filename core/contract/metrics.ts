/** The measures of a classifier on a split. */
import { z } from 'zod'

/** Which labels and truth figures tell of; versions count the steps of changing them in the project. */
export const basis = z.object({
  labels: z.int().min(0),
  truth: z.int().min(0),
  /** Made from kept predictions, without running the model. */
  rescored: z.boolean(),
  /** Figures that the kept predictions are not enough for. */
  missing: z.array(z.enum(['mAP', 'loss'])).default([]),
})
export type Basis = z.infer<typeof basis>

/** Shares in 0…1; null if nothing could be scored. */
export const metrics = z.object({
  /** Images seen. */
  images: z.number(),
  top1: z.number().nullable(),
  /** Null if there are at most five classes. */
  top5: z.number().nullable(),
  /**
   * Share of images whose answer is among the valid classes (ReaL, Beyer et al. 2020); null if no image has more truth
   * than its label.
   */
  real: z.number().nullable(),
  /** Mean over the classes with positives of average precision; scores are softmax probabilities. */
  mAP: z.number().nullable(),
  /** Mean of −log p(label). */
  loss: z.number().nullable(),
  /** Absent: not known, or of labels and truth outside a project. */
  basis: basis.optional(),
})
export type Metrics = z.infer<typeof metrics>
