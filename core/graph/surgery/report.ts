/** The report of a surgery. */
import type { Dim } from '../model.ts'

/** The name of an annotator's output, `[N, C, h, w]`. */
export const labelMapName = 'label_map'

/** How a classifier became an annotator. */
export interface SurgeryReport {
  /** The head in the order of the forward pass, such as `GlobalAveragePool → Flatten → Gemm`. */
  head: string
  /** D: features that enter the pool. */
  features: number
  /** C: classes of the label map. */
  classes: number
  /** Whether the mean of the map over its cells equals the logits. */
  exact: boolean
  /** If not exact: what is done in each cell instead of after the pool. */
  approximation?: string
  /** Name and shape of the image input, `[N, 3, H, W]`. */
  input: string
  inputShape: Dim[]
  /** Name of the label map's output. */
  output: string
  /** The classifier's value that the map's mean reproduces: an output, or what comes before the dropped operators. */
  logits: string
  /** Pixels per cell, vertically and horizontally, if shape inference can tell. */
  stride?: [down: number, across: number]
  /** Operators at the end that were dropped, such as Softmax. */
  dropped: string[]
  warnings: string[]
}
