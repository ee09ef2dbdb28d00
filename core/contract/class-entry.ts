/** A class as lists of classes hold it: the project's, an annotator's, a manifest's. */
import { z } from 'zod'

export const classEntry = z.object({
  /** Counts from 0 without gaps. */
  index: z.int().min(0),
  name: z.string(),
  /** WordNet id. */
  wnid: z.string().exactOptional(),
})
export type ClassEntry = z.infer<typeof classEntry>
