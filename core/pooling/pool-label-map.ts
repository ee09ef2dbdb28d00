/** Label pooling of one crop: RoIAlign on the label map, then softmax (Yun et al. 2021, section 3.2). */
import { fail } from '../base/error.ts'
import type { LabelMap } from '../labelmap/label-map.ts'
import { validateLabelMap } from '../labelmap/validate.ts'
import type { Axes, Crop, ImageSize } from './crop.ts'
import { createPoolScratch, poolSparse } from './pool-sparse.ts'
import { denseLogits, sparseSoftmax } from './softmax.ts'

/** Options of {@link poolLabelMap}. */
export interface PoolLabelMapOptions {
  /** C, the number of the annotator's classes. */
  classes: number
  /** `published` reproduces the released code, which swaps the box's axes; default `correct`. */
  axes?: Axes
  /** Logit of classes outside a cell's top K; default 0, as published. */
  fill?: number
}

/**
 * The soft target of a crop: `t = softmax(RoIAlign(map, crop))`, both `[C]`.
 * The crop is in pixels of the annotated image. Throws 'usage' for a crop outside the image and 'bad-label-map' for a map
 * that cannot be trusted. Training uses `poolTarget`, which reuses its memory.
 */
export function poolLabelMap(
  map: LabelMap,
  crop: Crop,
  imageSize: ImageSize,
  options: PoolLabelMapOptions,
): { logits: Float32Array; probabilities: Float32Array } {
  const { classes, axes = 'correct', fill = 0 } = options
  if (!Number.isFinite(fill)) fail('usage', `the fill logit must be a finite number, not ${fill}`)
  const scratch = createPoolScratch(classes)
  validateLabelMap(map, { classes })
  poolSparse(map, crop, imageSize, scratch, { axes, fill })
  const logits = new Float32Array(classes)
  const probabilities = new Float32Array(classes)
  denseLogits(scratch, logits)
  sparseSoftmax(scratch, scratch.shares, probabilities)
  return { logits, probabilities }
}
