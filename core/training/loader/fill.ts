/** Fills one place of a batch, and replaces images that cannot be used. */
import { fail, RelabelError } from '../../base/error.ts'
import { evalResize } from '../recipe/recipe.ts'
import { drawSample, orderOf } from './draw.ts'
import type { Drawn, Wanted } from './draw.ts'
import { paintCrop, paintNothing, paintWhole } from './paint.ts'
import type { Place, SamplerState } from './state.ts'

/** Images that turned out to be unusable. */
export type Unusable = { index: number; reason: string }[]

/** Error codes that concern a single image. */
const ofTheImage: readonly string[] = ['bad-image', 'bad-label-map']

/**
 * Fills a place, synchronously if the pixels are available; throws or rejects with a code of {@link ofTheImage} for a
 * bad one.
 */
function paint(state: SamplerState, wanted: Wanted, place: Place): void | Promise<void> {
  const { reader, setup } = state
  const { index } = wanted
  if (setup.mode === 'evaluate') {
    if (!reader.waits) return paintWhole(state, reader.readNow(index), place)
    return reader.read(index, evalResize(setup.recipe)).then(pixels => paintWhole(state, pixels, place))
  }
  const drawn = drawSample(setup, wanted)
  if (!reader.waits) return paintCrop(state, reader.readNow(index), drawn, place)
  return reader.read(index, neededSide(state, drawn)).then(pixels => paintCrop(state, pixels, drawn, place))
}

/** The shorter side at which the crop still has the resolution of the models. */
function neededSide({ setup, student, annotator }: SamplerState, { index, crop }: Drawn): number {
  const wanted = Math.max(student.size, annotator?.size ?? 0)
  const spare = Math.max(1, Math.min(crop.height, crop.width) / wanted)
  return Math.ceil(Math.min(setup.sizes[2 * index]!, setup.sizes[2 * index + 1]!) / spare)
}

/** Fills a place without a promise; false on failure, which {@link fillPlace} then reports. */
export function fillNow(state: SamplerState, wanted: Wanted, place: Place): boolean {
  if (state.setup.bad[wanted.index]) return false
  try {
    void paint(state, wanted, place)
    place.slot.indices[place.b] = wanted.index
    return true
  } catch (error) {
    if (error instanceof RelabelError) return false
    throw error
  }
}

/**
 * Fills a place with image `at` of an epoch's order. If it cannot be used, it goes to `unusable`, and training takes
 * the next one instead; an evaluation, which concerns exactly this image, leaves the place empty. Rejects with
 * `bad-data` if no image is left.
 */
export async function fillPlace(
  state: SamplerState,
  { epoch, at }: { epoch: number; at: number },
  place: Place,
  unusable: Unusable,
): Promise<void> {
  const { mode, bad } = state.setup
  const list = orderOf(state, epoch)
  const candidates = mode === 'evaluate' ? 1 : list.length
  for (let again = 0; again < candidates; again++) {
    const index = list[(at + again) % list.length]!
    if (bad[index]) continue
    try {
      const wait = paint(state, { index, epoch, again }, place)
      if (wait) await wait
      place.slot.indices[place.b] = index
      return
    } catch (error) {
      if (!(error instanceof RelabelError) || !ofTheImage.includes(error.code)) throw error
      if (Atomics.exchange(bad, index, 1) === 0) unusable.push({ index, reason: error.message })
    }
  }
  if (mode === 'train') fail('bad-data', 'none of the images can be used any more')
  paintNothing(state, place)
}
