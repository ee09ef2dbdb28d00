/** The part of an image that evaluation sees. */
import type { EvaluationMode } from '../../contract/recipe.ts'
import type { Window } from '../../image/resample.ts'

/** Half of a whole number, halves to the even side, as Python rounds. */
function halfOf(n: number): number {
  const half = Math.round(n / 2)
  return n % 2 !== 0 && half % 2 !== 0 ? half - 1 : half
}

/**
 * The window of an image of `height` × `width` pixels that becomes the student's `size` × `size` input. `center`: as
 * resizing the shorter side to `resize` (the longer one truncated, as torchvision does) and cropping the centre;
 * `squash`: everything.
 */
export function evaluationWindow(
  image: { height: number; width: number },
  mode: EvaluationMode,
  resize: number,
  size: number,
): Window {
  const { height, width } = image
  if (mode === 'squash') return { top: 0, left: 0, height, width }
  const shorter = Math.min(height, width)
  const resized = (side: number): number =>
    side === shorter ? resize : Math.trunc((side * resize) / shorter)
  const [h, w] = [resized(height), resized(width)]
  const [sy, sx] = [height / h, width / w]
  return {
    top: halfOf(h - size) * sy,
    left: halfOf(w - size) * sx,
    height: size * sy,
    width: size * sx,
  }
}
