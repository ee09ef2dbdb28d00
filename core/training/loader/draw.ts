/** Draws a sample: its image by the epoch's order, its crop and flip from its own random stream. */
import { random } from '../../base/random.ts'
import type { Random } from '../../base/random.ts'
import type { Crop } from '../../pooling/crop.ts'
import { randomResizedCrop } from '../sample/crop.ts'
import { epochOrder } from '../sample/order.ts'
import type { WorkerSetup } from './messages.ts'
import type { SamplerState } from './state.ts'

/** An image in an epoch; `again` counts the unusable images that it replaces. */
export interface Wanted {
  index: number
  epoch: number
  again: number
}

/** A sample with everything drawn except its colours, which continue with the same stream. */
export interface Drawn {
  index: number
  /** Pixels of the original image. */
  crop: Crop
  flip: boolean
  draw: Random
}

/** The images of an epoch in order; for an evaluation, in the given order. */
export function orderOf(state: SamplerState, epoch: number): Int32Array {
  const { mode, subset, recipe } = state.setup
  if (mode === 'evaluate' || epoch === state.order.epoch) return state.order.indices
  const indices = epochOrder(subset.length, recipe.seed, epoch).map(place => subset[place]!)
  state.order = { epoch, indices }
  return indices
}

/** Draws the crop and the flip of a sample. */
export function drawSample({ recipe, sizes }: WorkerSetup, { index, epoch, again }: Wanted): Drawn {
  const height = sizes[2 * index]!
  const width = sizes[2 * index + 1]!
  const draw = again === 0 ? random(recipe.seed, epoch, index) : random(recipe.seed, epoch, index, again)
  const { crop: rule, flip } = recipe.augmentation
  const crop = rule
    ? randomResizedCrop(height, width, rule.scale, rule.ratio, draw)
    : { top: 0, left: 0, height, width }
  return { index, crop, flip: flip > 0 && draw.next() < flip, draw }
}
