/** The state of one loader thread: opened once, plain data afterwards. */
import { createTargetScratch } from '../../pooling/target.ts'
import { hasColour } from '../sample/augment.ts'
import { normalisation } from '../../image/normalise.ts'
import type { Normalisation } from '../../image/normalise.ts'
import { createResampler } from '../../image/resample.ts'
import type { Planes, Resampler } from '../../image/resample.ts'
import { targetMaker } from '../supervision/index.ts'
import type { MapContext, TargetMaker } from '../supervision/supervision.ts'
import { openMaps } from './label-maps.ts'
import type { MapAccess } from './label-maps.ts'
import type { Slot, WorkerSetup } from './messages.ts'
import { openPixels } from './pixels.ts'
import type { PixelReader } from './pixels.ts'

/** How crops become the inputs of one model. */
export interface Input {
  /** Side of its square input, pixels. */
  size: number
  resampler: Resampler
  by: Normalisation
}

/** The output of one sample. */
export interface Place {
  slot: Slot
  /** Index in the batch. */
  b: number
  student: Planes
  /** Empty without an annotator. */
  annotator: Planes
  /** [classes]. */
  target: Float32Array
}

/** The thread's state. */
export interface SamplerState {
  setup: WorkerSetup
  reader: PixelReader
  maps: MapAccess | undefined
  student: Input
  /** The annotator's view, if it sees the crops too. */
  annotator: Input | undefined
  /** Whether colours are augmented. */
  colours: boolean
  /** Absent in evaluation, and if targets come from the annotator's answers. */
  makeTarget: TargetMaker | undefined
  /** [slots][batch]. */
  places: Place[][]
  /** The order of the latest epoch, as indices of images. */
  order: { epoch: number; indices: Int32Array }
  /** Working memory for mixing; empty without. */
  copies: { images: Float32Array; targets: Float32Array }
}

/** Opens the sources of a setup for one thread. */
export async function openState(setup: WorkerSetup): Promise<SamplerState> {
  const { recipe, annotator: view } = setup
  const maps = setup.maps && (await openMaps(setup.maps.source))
  return {
    setup,
    reader: openPixels(setup.pixels),
    maps,
    student: inputOf(recipe.size, recipe.mean, recipe.std),
    annotator: view && inputOf(view.size, view.mean, view.std),
    colours: hasColour(recipe.augmentation),
    makeTarget: setup.mode === 'train' ? makerOf(setup, maps) : undefined,
    places: setup.slots.map(slot => placesOf(slot, setup)),
    order: { epoch: -1, indices: setup.subset },
    copies: copiesOf(setup),
  }
}

/** Closes what {@link openState} opened. */
export async function closeState(state: SamplerState): Promise<void> {
  state.reader.close()
  await state.maps?.close()
}

function inputOf(size: number, mean: readonly number[], std: readonly number[]): Input {
  return { size, resampler: createResampler(size, size), by: normalisation(mean, std) }
}

function placesOf(slot: Slot, { batch, classes, recipe, annotator }: WorkerSetup): Place[] {
  const values = 3 * recipe.size * recipe.size
  const side = annotator?.size ?? 0
  const annotatorValues = 3 * side * side
  return Array.from({ length: batch }, (_, b) => ({
    slot,
    b,
    student: { data: slot.images, at: b * values },
    annotator: { data: slot.annotator, at: b * annotatorValues },
    target: slot.targets.subarray(b * classes, (b + 1) * classes),
  }))
}

function copiesOf({ recipe, batch, classes }: WorkerSetup): SamplerState['copies'] {
  const mixes = recipe.cutmix.probability + recipe.mixup.probability > 0
  return {
    images: new Float32Array(mixes ? batch * 3 * recipe.size * recipe.size : 0),
    targets: new Float32Array(mixes ? batch * classes : 0),
  }
}

function makerOf(setup: WorkerSetup, maps: MapAccess | undefined): TargetMaker | undefined {
  const { recipe, classes, labels } = setup
  const given = { label: labels, ...(maps && { maps: mapContext(setup, maps) }) }
  return targetMaker(recipe.supervision, { recipe, classes }, given)
}

function mapContext({ maps, sizes, recipe }: WorkerSetup, access: MapAccess): MapContext {
  const { classMap, fill } = maps!
  const whole = { height: 0, width: 0 } // one object for all samples
  return {
    map: index => access.get(index),
    size(index) {
      whole.height = sizes[2 * index]!
      whole.width = sizes[2 * index + 1]!
      return whole
    },
    scratch: createTargetScratch(classMap, { axes: recipe.axes, fill }),
  }
}
