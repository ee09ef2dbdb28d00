/** RoIAlign as torchvision defines it, for one box on one feature map. */
import { fail } from '../base/error.ts'
import { axisWeights } from './axis.ts'

/** torchvision's options; defaults are torchvision's. */
export interface RoiAlignOptions {
  /** [h, w] of the result, or one number for both. */
  outputSize: readonly [h: number, w: number] | number
  /** Box units to cells; default 1. */
  spatialScale?: number
  /** Samples per bin and axis; −1 (default) means ⌈bin size⌉. */
  samplingRatio?: number
  /** Shift the box by −½ cell and allow sides below one cell; default false. */
  aligned?: boolean
}

const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 1

/**
 * Average of bilinear samples in each bin of a box ("Mask R-CNN", He et al. 2017, section 3).
 * `input` is `[C, H, W]`, `box` is `(x1, y1, x2, y2)` in units that `spatialScale` turns into cells; the result is `[C,
 * h, w]`. Throws 'usage' if the shape does not fit the input or a number is invalid.
 */
export function roiAlign(
  input: Float32Array,
  shape: readonly [C: number, H: number, W: number],
  box: readonly [x1: number, y1: number, x2: number, y2: number],
  options: RoiAlignOptions,
): Float32Array {
  const [channels, height, width] = shape
  const { outputSize, spatialScale = 1, samplingRatio = -1, aligned = false } = options
  const [h, w] = typeof outputSize === 'number' ? [outputSize, outputSize] : outputSize
  if (!isCount(channels) || !isCount(height) || !isCount(width) || input.length !== channels * height * width)
    fail('usage', `${input.length} values do not fill a map of shape [${shape.join(', ')}]`)
  if (!isCount(h) || !isCount(w) || h * w * channels > 2 ** 30)
    fail('usage', `RoIAlign cannot write a result of ${h}×${w}`)
  if (!Number.isInteger(samplingRatio))
    fail('usage', `samplingRatio must be an integer, not ${samplingRatio}`)
  const [x1, y1, x2, y2] = box.map(side => Math.fround(side) * Math.fround(spatialScale))
  if (![x1, y1, x2, y2].every(Number.isFinite)) fail('usage', `the box [${box.join(', ')}] is not finite`)

  const down = new Float64Array(h * height)
  const across = new Float64Array(w * width)
  axisWeights(down, y1!, y2!, height, { bins: h, samplingRatio, aligned })
  axisWeights(across, x1!, x2!, width, { bins: w, samplingRatio, aligned })
  const out = new Float32Array(channels * h * w)
  for (let by = 0; by < h; by++) {
    const rows = touched(down, by, height)
    for (let bx = 0; bx < w; bx++) {
      const columns = touched(across, bx, width)
      for (let c = 0; c < channels; c++) {
        let sum = 0
        for (let y = rows.from; y < rows.to; y++) {
          const row = (c * height + y) * width
          let along = 0
          for (let x = columns.from; x < columns.to; x++) along += across[bx * width + x]! * input[row + x]!
          sum += down[by * height + y]! * along
        }
        out[(c * h + by) * w + bx] = sum
      }
    }
  }
  return out
}

/** The range of cells with a weight: from the first to one past the last. */
function touched(weights: Float64Array, bin: number, cells: number): { from: number; to: number } {
  let from = 0
  let to = cells
  while (from < to && weights[bin * cells + from] === 0) from++
  while (to > from && weights[bin * cells + to - 1] === 0) to--
  return { from, to }
}
