/** The label map: the top K classes of every cell of a grid over an image. */

/**
 * `[K, H, W]` class ids and logits, row-major: entry (k, y, x) is at `(k·H + y)·W + x`. Within a cell the entries are
 * in descending order of logits, and no class occurs twice. Classes that a cell does not list have logit `fill` (0 as
 * published: "Re-labeling ImageNet", Yun et al. 2021, section 3).
 */
export interface LabelMap {
  /** [K, H, W]: classes per cell, rows, columns; each at least 1. */
  shape: [K: number, H: number, W: number]
  ids: Uint16Array | Uint32Array
  logits: Float32Array
}
