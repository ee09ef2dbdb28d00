/** An image that takes no part. */
import { z } from 'zod'

export const skipped = z.object({
  key: z.string(),
  /** Why, in words. */
  reason: z.string(),
})
export type Skipped = z.infer<typeof skipped>
