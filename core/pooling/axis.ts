/**
 * Sampling weights of RoIAlign along one axis: the operator is separable, so two short vectors replace all bilinear
 * taps.
 */
import { fail } from '../base/error.ts'

/** More samples than this in one bin mean an impossibly large box. */
const maxSamples = 1 << 20

/** How RoIAlign samples one axis; with the meaning of torchvision's arguments. */
export interface AxisRule {
  /** Bins of the result. */
  bins: number
  /** Samples per bin; −1 (or 0) means ⌈bin size⌉. */
  samplingRatio: number
  /** Shift the box by half a cell (and do not clamp its sides to one cell). */
  aligned: boolean
}

/**
 * Adds the weights of one axis to `weights` (`[bins, cells]`, zeroed here): bin b of the result is `Σ_i weights[b, i] ·
 * cell i`. `start` and `end` are in cells, rounded to float32 as torchvision computes them, so that ⌈size⌉ falls the
 * same way. Samples beyond one cell outside count as 0 and those between the border and there as the border, like
 * torchvision's.
 */
export function axisWeights(
  weights: Float64Array,
  start: number,
  end: number,
  cells: number,
  rule: AxisRule,
): void {
  const { bins } = rule
  weights.fill(0, 0, bins * cells)
  const shift = rule.aligned ? 0.5 : 0
  const first = Math.fround(Math.fround(start) - shift)
  let size = Math.fround(Math.fround(Math.fround(end) - shift) - first)
  if (!rule.aligned) size = Math.max(size, 1)
  const bin = Math.fround(size / bins)
  const samples = rule.samplingRatio > 0 ? rule.samplingRatio : Math.ceil(bin)
  if (!(samples <= maxSamples)) fail('usage', `a box of ${size} cells cannot be sampled: it is too large`)
  const share = 1 / Math.max(samples, 1)
  for (let b = 0; b < bins; b++) {
    for (let s = 0; s < samples; s++) {
      let at = first + b * bin + ((s + 0.5) * bin) / samples
      if (at < -1 || at > cells) continue
      if (at < 0) at = 0
      let low = Math.floor(at)
      if (low >= cells - 1) {
        low = cells - 1
        at = low
      }
      const over = at - low
      const place = b * cells + low
      weights[place] = weights[place]! + (1 - over) * share
      if (over > 0) weights[place + 1] = weights[place + 1]! + over * share
    }
  }
}
