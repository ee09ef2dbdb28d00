/** CutMix's box and the mixing of two targets (Yun et al. 2019, "CutMix", section 3.1). */
import { fail } from '../base/error.ts'
import type { ImageSize } from './crop.ts'

/** Rows `top … bottom−1`, columns `left … right−1`; `lambda` is the share of the first image that remains. */
export interface CutmixBox {
  top: number
  left: number
  bottom: number
  right: number
  lambda: number
}

/**
 * The box that is pasted from the second image: sides `⌊√(1−λ)·size⌋` around the centre, clipped to the image, and λ
 * corrected to `1 − area/(H·W)`. The centre is an integer pixel; a clipped box may be empty. Throws 'usage' for λ
 * outside [0, 1].
 */
export function cutmixBox(size: ImageSize, lambda: number, center: { y: number; x: number }): CutmixBox {
  const { height, width } = size
  if (!(lambda >= 0 && lambda <= 1)) fail('usage', `CutMix needs λ between 0 and 1, not ${lambda}`)
  if (!(Number.isSafeInteger(height) && Number.isSafeInteger(width) && height > 0 && width > 0))
    fail('usage', `CutMix needs an image size in whole pixels, not ${height}×${width}`)
  if (!Number.isFinite(center.y) || !Number.isFinite(center.x))
    fail('usage', `CutMix needs a centre, not y ${center.y}, x ${center.x}`)
  const ratio = Math.sqrt(1 - lambda)
  const halfHeight = Math.floor(Math.floor(height * ratio) / 2)
  const halfWidth = Math.floor(Math.floor(width * ratio) / 2)
  const clip = (at: number, end: number): number => Math.min(Math.max(Math.floor(at), 0), end)
  const top = clip(center.y - halfHeight, height)
  const bottom = clip(center.y + halfHeight, height)
  const left = clip(center.x - halfWidth, width)
  const right = clip(center.x + halfWidth, width)
  return { top, left, bottom, right, lambda: 1 - ((bottom - top) * (right - left)) / (height * width) }
}

/** `out = λ·a + (1 − λ)·b`, all `[C]`; `out` may be `a` or `b`. CutMix and mixup mix targets by the same rule. */
export function mixTargets(a: Float32Array, b: Float32Array, lambda: number, out: Float32Array): void {
  if (a.length !== b.length || a.length !== out.length)
    fail(
      'mismatch',
      `targets of ${a.length} and ${b.length} classes cannot be mixed into one of ${out.length}`,
    )
  for (let c = 0; c < out.length; c++) out[c] = lambda * a[c]! + (1 - lambda) * b[c]!
}
