/** The options of `relabel annotate`. */
import type { AnnotateAsk } from '../tasks/annotate/request.ts'

/** As commander gives them. */
export interface AnnotateOptions extends AnnotateAsk {
  again?: boolean
  probe?: boolean
  probeImages: number
}
