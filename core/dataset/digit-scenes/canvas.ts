/** Single digits on canvases: the annotator's training data. */
import { random } from '../../base/random.ts'
import type { DigitPool } from './digits.ts'
import type { SceneOptions } from './options.ts'
import { cutDigit, drawColour, drawSize, finish, paintBackground, paintStamp, scaleStamp } from './paint.ts'
import { area, intersection } from './scene.ts'
import type { Box } from './scene.ts'

/** RGB bytes `[size, size, 3]` and the class of the one digit. */
export interface DigitCanvas {
  pixels: Uint8Array
  label: number
  box: Box
}

// Separate from the streams of the splits.
const stream = 1000

/** Canvas `index`; `series` separates the sets (0 for training, 1 for measuring). */
export function makeCanvas(
  pool: DigitPool,
  series: number,
  index: number,
  options: SceneOptions,
): DigitCanvas {
  const draw = random(options.seed, stream + series, index)
  const size = options.canvasSize
  const label = draw.int(10)
  const members = pool.byClass[label] ?? []
  const digit = cutDigit(pool, members[draw.int(members.length)] ?? 0, options.inkThreshold)
  const stamp = scaleStamp(digit, drawSize(draw, options.canvasDigitSize))
  const box = place(draw.next, stamp.width, stamp.height, size, options.canvasOff)
  const canvas = paintBackground(draw, size, options)
  paintStamp(canvas, stamp, box[0], box[1], drawColour(draw, options))
  return { pixels: finish(draw, canvas, options), label, box }
}

/** A position at which at most the share `off` of the box lies outside. */
function place(next: () => number, width: number, height: number, size: number, off: number): Box {
  const along = (side: number): number => {
    const slack = Math.floor(off * side)
    return -slack + Math.floor(next() * (size - side + 2 * slack + 1))
  }
  for (;;) {
    const [x, y] = [along(width), along(height)]
    const box: Box = [x, y, x + width, y + height]
    if (intersection(box, [0, 0, size, size]) >= (1 - off) * area(box)) return box
  }
}
