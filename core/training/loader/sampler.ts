/** Makes batches: which images, which crops, their pixels, their targets; the same whoever makes them and when. */
import { fail, RelabelError } from '../../base/error.ts'
import { random } from '../../base/random.ts'
import { createTargetScratch } from '../../pooling/target.ts'
import { colour, hasColour } from '../sample/augment.ts'
import { randomResizedCrop } from '../sample/crop.ts'
import type { Crop } from '../sample/crop.ts'
import { drawMixing, mixBatchTargets, mixImages } from '../sample/mixing.ts'
import { normalisation, normalise } from '../../image/normalise.ts'
import type { Normalisation } from '../../image/normalise.ts'
import { epochOrder } from '../sample/order.ts'
import { evalResize, smoothing } from '../recipe/recipe.ts'
import { createResampler, resample } from '../../image/resample.ts'
import type { Pixels } from '../../image/resample.ts'
import type { TargetContext } from '../supervision/context.ts'
import { targetMaker } from '../supervision/index.ts'
import { evaluationWindow } from '../sample/window.ts'
import { openMaps } from './label-maps.ts'
import type { BatchAnswer, BatchRequest, WorkerSetup } from './messages.ts'
import { openPixels } from './pixels.ts'

/** Makes batches into the slots of its setup. */
export interface Sampler {
  make(request: BatchRequest): Promise<Extract<BatchAnswer, { kind: 'done' }>>
  close(): Promise<void>
}

/** Image files decoded at once; the decoder has four threads by default. */
const lanes = 4
const unit: Normalisation = { gain: [1, 1, 1], bias: [0, 0, 0] }

/** Opens the sources of a setup for one thread. */
export async function createSampler(setup: WorkerSetup): Promise<Sampler> {
  const { recipe, batch, classes, subset, sizes, bad, mode } = setup
  const { size, augmentation } = recipe
  const plane = size * size
  const reader = openPixels(setup.pixels)
  const access = setup.maps && (await openMaps(setup.maps.source))
  const makeTarget = mode === 'train' ? targetMaker(recipe.supervision, targetContext()) : undefined
  const resampler = createResampler(size, size)
  const student = normalisation(recipe.mean, recipe.std)
  const view = setup.annotator
  const annotatorNorm = view && normalisation(view.mean, view.std)
  const annotatorResampler = view && createResampler(view.size, view.size)
  const colours = hasColour(augmentation)
  const imageCopy = new Float32Array(
    recipe.cutmix.probability + recipe.mixup.probability > 0 ? batch * 3 * plane : 0,
  )
  const targetCopy = new Float32Array(imageCopy.length > 0 ? batch * classes : 0)
  const targets = setup.slots.map(slot =>
    Array.from({ length: batch }, (_, b) => slot.targets.subarray(b * classes, (b + 1) * classes)),
  )
  let order = subset
  let orderEpoch = -1

  function targetContext(): TargetContext {
    const base = { classes, labels: setup.labels, epsilon: smoothing(recipe).target }
    if (!setup.maps || !access) return base
    const { classMap, fill } = setup.maps
    const whole = { height: 0, width: 0 }
    return {
      ...base,
      maps: {
        map: index => access.get(index),
        size(index) {
          whole.height = sizes[2 * index]!
          whole.width = sizes[2 * index + 1]!
          return whole
        },
        classMap,
        scratch: createTargetScratch(classMap),
        axes: recipe.axes,
        fill,
      },
    }
  }

  /** The order of this epoch as indices of images. */
  function orderOf(epoch: number): Int32Array {
    if (mode === 'evaluate' || epoch === orderEpoch) return order
    orderEpoch = epoch
    return (order = epochOrder(subset.length, recipe.seed, epoch).map(place => subset[place]!))
  }

  /** Draws crop and flip of a sample; `again` counts how many images it stands in for. */
  function plan(
    index: number,
    epoch: number,
    again: number,
  ): { crop: Crop; flip: boolean; draw: ReturnType<typeof random> } {
    const height = sizes[2 * index]!
    const width = sizes[2 * index + 1]!
    const draw = again === 0 ? random(recipe.seed, epoch, index) : random(recipe.seed, epoch, index, again)
    const { crop: rule } = augmentation
    const crop = rule
      ? randomResizedCrop(height, width, rule.scale, rule.ratio, draw)
      : { top: 0, left: 0, height, width }
    return { crop, flip: augmentation.flip > 0 && draw.next() < augmentation.flip, draw }
  }

  function place(
    pixels: Pixels,
    index: number,
    drawn: ReturnType<typeof plan>,
    slot: number,
    b: number,
  ): void {
    const { crop, flip, draw } = drawn
    const { images, annotator } = setup.slots[slot]!
    const sy = pixels.height / sizes[2 * index]!
    const sx = pixels.width / sizes[2 * index + 1]!
    const window = {
      top: crop.top * sy,
      left: crop.left * sx,
      height: crop.height * sy,
      width: crop.width * sx,
    }
    const by = colours ? unit : student
    const at = b * 3 * plane
    resample(resampler, pixels, { window, flip }, by, { data: images, at })
    if (colours) {
      colour(images, at, plane, augmentation, draw)
      normalise(images, at, plane, student)
    }
    if (view && annotatorNorm && annotatorResampler) {
      const to = b * 3 * view.size * view.size
      resample(annotatorResampler, pixels, { window, flip }, annotatorNorm, { data: annotator, at: to })
    }
    makeTarget?.(index, crop, targets[slot]![b]!)
  }

  /** The whole image with its centre crop, or squashed. */
  function placeWhole(pixels: Pixels, slot: number, b: number): void {
    const window = evaluationWindow(pixels, recipe.evaluation.mode, evalResize(recipe), size)
    const bounds = { top: 0, left: 0, height: pixels.height, width: pixels.width }
    const { images } = setup.slots[slot]!
    resample(resampler, pixels, { window, bounds }, student, { data: images, at: b * 3 * plane })
  }

  /** Fills one sample; throws `bad-image` or `bad-label-map` where that image cannot be used. */
  function fill(index: number, epoch: number, again: number, slot: number, b: number): void | Promise<void> {
    if (mode === 'evaluate') {
      if (!reader.waits) return placeWhole(reader.readNow(index), slot, b)
      return reader.read(index, evalResize(recipe)).then(pixels => placeWhole(pixels, slot, b))
    }
    const drawn = plan(index, epoch, again)
    if (!reader.waits) return place(reader.readNow(index), index, drawn, slot, b)
    return reader
      .read(index, neededSide(index, drawn.crop))
      .then(pixels => place(pixels, index, drawn, slot, b))
  }

  /** The shorter side at which the crop still has the student's resolution. */
  function neededSide(index: number, crop: Crop): number {
    const wanted = Math.max(size, view?.size ?? 0)
    const spare = Math.max(1, Math.min(crop.height, crop.width) / wanted)
    return Math.ceil(Math.min(sizes[2 * index]!, sizes[2 * index + 1]!) / spare)
  }

  async function sample(
    epoch: number,
    start: number,
    slot: number,
    b: number,
    skipped: { index: number; reason: string }[],
  ): Promise<void> {
    const list = orderOf(epoch)
    // An evaluation is about this very image; training takes the next one in its place.
    const candidates = mode === 'evaluate' ? 1 : list.length
    for (let again = 0; again < candidates; again++) {
      const index = list[(start + again) % list.length]!
      if (bad[index]) continue
      try {
        const wait = fill(index, epoch, again, slot, b)
        if (wait) await wait
        setup.slots[slot]!.indices[b] = index
        return
      } catch (error) {
        if (!(error instanceof RelabelError) || !['bad-image', 'bad-label-map'].includes(error.code))
          throw error
        if (Atomics.exchange(bad, index, 1) === 0) skipped.push({ index, reason: error.message })
      }
    }
    if (mode === 'train') fail('bad-data', 'none of the images can be used any more')
    // An unreadable image of an evaluation keeps its place, empty, and is not scored.
    setup.slots[slot]!.images.fill(0, b * 3 * plane, (b + 1) * 3 * plane)
    setup.slots[slot]!.indices[b] = -1
  }

  async function make(request: BatchRequest): Promise<Extract<BatchAnswer, { kind: 'done' }>> {
    const began = performance.now()
    const { epoch, slot } = request
    const start = request.batch * batch
    const count = mode === 'evaluate' ? Math.min(batch, subset.length - start) : batch
    const skipped: { index: number; reason: string }[] = []
    if (reader.waits) {
      let next = 0
      const lane = async (): Promise<void> => {
        for (let b = next++; b < count; b = next++) await sample(epoch, start + b, slot, b, skipped)
      }
      await Promise.all(Array.from({ length: lanes }, lane))
    } else {
      for (let b = 0; b < count; b++) {
        const index = orderOf(epoch)[(start + b) % subset.length]!
        // The plain case without a promise a sample.
        if (!tryNow(index, epoch, slot, b)) await sample(epoch, start + b, slot, b, skipped)
      }
    }
    const mixing = mode === 'train' ? drawMixing(recipe, epoch, request.batch) : undefined
    if (mixing) {
      const { images, targets: all } = setup.slots[slot]!
      mixImages(images, imageCopy, size, mixing)
      if (makeTarget) mixBatchTargets(all, targetCopy, classes, mixing)
    }
    return { kind: 'done', slot, count, seconds: (performance.now() - began) / 1000, skipped }
  }

  function tryNow(index: number, epoch: number, slot: number, b: number): boolean {
    if (bad[index]) return false
    try {
      void fill(index, epoch, 0, slot, b)
      setup.slots[slot]!.indices[b] = index
      return true
    } catch (error) {
      if (error instanceof RelabelError) return false // told again, and listed, by `sample`
      throw error
    }
  }

  return {
    make,
    async close() {
      reader.close()
      await access?.close()
    },
  }
}
