/** Turns an image's pixels into one sample of a batch: planes for the student and the annotator, and the target. */
import { evalResize } from '../recipe/recipe.ts'
import { colour } from '../sample/augment.ts'
import { normalise } from '../../image/normalise.ts'
import type { Normalisation } from '../../image/normalise.ts'
import { resample } from '../../image/resample.ts'
import type { Pixels, Window } from '../../image/resample.ts'
import { evaluationWindow } from '../sample/window.ts'
import type { Drawn } from './draw.ts'
import type { Place, SamplerState } from './state.ts'

const unit: Normalisation = { gain: [1, 1, 1], bias: [0, 0, 0] }

/** A drawn crop, augmented, with its target. Throws `bad-label-map` and the errors of the target maker. */
export function paintCrop(state: SamplerState, pixels: Pixels, drawn: Drawn, place: Place): void {
  const { student, annotator } = state
  const view = { window: windowIn(pixels, state.setup.sizes, drawn), flip: drawn.flip }
  // Colours are augmented in 0…1, and normalised afterwards.
  resample(student.resampler, pixels, view, state.colours ? unit : student.by, place.student)
  if (state.colours) {
    const { data, at } = place.student
    const plane = student.size * student.size // keeps the product, and the loops over it, an integer
    colour(data, at, plane, state.setup.recipe.augmentation, drawn.draw)
    normalise(data, at, plane, student.by)
  }
  if (annotator) resample(annotator.resampler, pixels, view, annotator.by, place.annotator)
  state.makeTarget?.(drawn.index, drawn.crop, place.target)
}

/** The whole image, by its centre crop or squashed. */
export function paintWhole(state: SamplerState, pixels: Pixels, place: Place): void {
  const { recipe } = state.setup
  const { student } = state
  const window = evaluationWindow(pixels, recipe.evaluation.mode, evalResize(recipe), student.size)
  const bounds = { top: 0, left: 0, height: pixels.height, width: pixels.width }
  resample(student.resampler, pixels, { window, bounds }, student.by, place.student)
}

/** In an evaluation, an unreadable image leaves its place empty and is not scored. */
export function paintNothing(state: SamplerState, { slot, b, student }: Place): void {
  const { size } = state.student
  student.data.fill(0, student.at, student.at + 3 * size * size)
  slot.indices[b] = -1
}

/** The crop in the available pixels, which may be fewer than the original's. */
function windowIn(pixels: Pixels, sizes: Int32Array, { index, crop }: Drawn): Window {
  const sy = pixels.height / sizes[2 * index]!
  const sx = pixels.width / sizes[2 * index + 1]!
  return { top: crop.top * sy, left: crop.left * sx, height: crop.height * sy, width: crop.width * sx }
}
