/** The measures of a classifier on a split. */
import { z } from 'zod'

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
})
export type Metrics = z.infer<typeof metrics>
