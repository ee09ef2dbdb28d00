/** An entry of a class list: the project's, an annotator's or a manifest's. */
import { z } from 'zod'

export const classEntry = z.object({
  /** Consecutive, from 0. */
  index: z.int().min(0),
  name: z.string(),
  /** WordNet id. */
  wnid: z.string().exactOptional(),
})
export type ClassEntry = z.infer<typeof classEntry>
