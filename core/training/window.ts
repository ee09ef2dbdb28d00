/** Which part of an image evaluation sees. */
import type { Window } from './resample.ts'

/**
 * The window of an image of `height` × `width` pixels that becomes the student's `size` × `size` input. `center`: as
 * resizing the shorter side to `resize` (the longer one truncated, as torchvision does) and cropping the centre;
 * `squash`: everything.
 */
export function evaluationWindow(
  image: { height: number; width: number },
  mode: 'center' | 'squash',
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
    top: Math.round((h - size) / 2) * sy,
    left: Math.round((w - size) / 2) * sx,
    height: size * sy,
    width: size * sx,
  }
}
