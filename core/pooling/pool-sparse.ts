/** The fast path of label pooling: it adds up only the K entries of the touched cells, without a dense [C, H, W]. */
import { fail } from '../base/error.ts'
import type { LabelMap } from '../labelmap/label-map.ts'
import { axisWeights } from './axis.ts'
import { checkCrop, cropBox } from './crop.ts'
import type { Axes, Crop, ImageSize } from './crop.ts'

/** Working memory for one thread; made once with {@link createPoolScratch}, valid until the next pooling. */
export interface PoolScratch {
  /** C, the number of the annotator's classes. */
  readonly classes: number
  /** [C]: pooled logits; only the entries that `list` names are valid. */
  values: Float64Array
  /** The classes that the crop touched, in order of appearance; the first `count` entries. */
  list: Int32Array
  count: number
  /** The pooled logit that all other classes share. */
  background: number
  /** [C]: number of the pooling in which a class was last touched. */
  stamps: Int32Array
  stamp: number
  /** Weights of the rows and of the columns. */
  down: Float64Array
  across: Float64Array
  /** [C]: buffer for the softmax. */
  shares: Float64Array
}

/** How a map is pooled; `fill` is the logit of classes outside a cell's top K (0 as published). */
export interface PoolOptions {
  axes?: Axes
  fill?: number
}

/** Memory for pooling maps of `classes` annotator classes. */
export function createPoolScratch(classes: number): PoolScratch {
  if (!Number.isSafeInteger(classes) || classes < 1)
    fail('usage', `the number of classes must be a positive integer, not ${classes}`)
  return {
    classes,
    values: new Float64Array(classes),
    list: new Int32Array(classes),
    count: 0,
    background: 0,
    stamps: new Int32Array(classes),
    stamp: 0,
    down: new Float64Array(0),
    across: new Float64Array(0),
    shares: new Float64Array(classes),
  }
}

const published = { bins: 1, samplingRatio: -1, aligned: false }

/**
 * Pools a crop of `map` into the scratch: `z_c = Σ_cells w_y·w_x·logit_c`, RoIAlign to 1×1.
 * The crop is in pixels of the image that the map was made of. Throws 'usage' for a crop outside the image and
 * 'bad-label-map' for a class id ≥ C or a logit that is not finite.
 */
export function poolSparse(
  map: LabelMap,
  crop: Crop,
  image: ImageSize,
  scratch: PoolScratch,
  options: PoolOptions = {},
): void {
  checkCrop(crop, image)
  const [, height, width] = map.shape
  const box = cropBox(crop, image, { height, width }, options.axes)
  reserve(scratch, height, width)
  axisWeights(scratch.down, box[1], box[3], height, published)
  axisWeights(scratch.across, box[0], box[2], width, published)
  accumulate(map, scratch, options.fill ?? 0)
}

/** Pools the whole map: the plain mean over its cells, whatever the image's size. */
export function poolWhole(map: LabelMap, scratch: PoolScratch, options: PoolOptions = {}): void {
  const [, height, width] = map.shape
  reserve(scratch, height, width)
  scratch.down.fill(1 / height, 0, height)
  scratch.across.fill(1 / width, 0, width)
  accumulate(map, scratch, options.fill ?? 0)
}

function reserve(scratch: PoolScratch, height: number, width: number): void {
  if (scratch.down.length < height) scratch.down = new Float64Array(height)
  if (scratch.across.length < width) scratch.across = new Float64Array(width)
}

/** Adds up the entries with the weights in the scratch. */
function accumulate(map: LabelMap, scratch: PoolScratch, fill: number): void {
  const [depth, height, width] = map.shape
  const { ids, logits } = map
  const { values, list, stamps, down, across, classes } = scratch
  if (ids.length !== depth * height * width || logits.length !== ids.length)
    fail('bad-label-map', `a label map of shape [${map.shape.join(', ')}] has ${ids.length} entries`)
  const stamp = (scratch.stamp = scratch.stamp === 0x7fffffff ? restart(stamps) : scratch.stamp + 1)
  let from = 0
  let to = width
  while (from < to && across[from] === 0) from++
  while (to > from && across[to - 1] === 0) to--
  let mass = 0
  for (let x = from; x < to; x++) mass += across[x]!
  let rows = 0
  for (let y = 0; y < height; y++) rows += down[y]!
  const background = fill * mass * rows

  let count = 0
  for (let y = 0; y < height; y++) {
    const weight = down[y]!
    if (weight === 0) continue
    for (let k = 0; k < depth; k++) {
      const row = (k * height + y) * width
      for (let x = from; x < to; x++) {
        const id = ids[row + x]!
        if (id >= classes) refuseId(id, classes)
        const value = weight * across[x]! * (logits[row + x]! - fill)
        if (stamps[id] === stamp) {
          values[id] = values[id]! + value
        } else {
          stamps[id] = stamp
          list[count++] = id
          values[id] = background + value
        }
      }
    }
  }
  scratch.count = count
  scratch.background = background
  for (let i = 0; i < count; i++) {
    const id = list[i]!
    const sum = values[id]!
    if (sum - sum !== 0) fail('bad-label-map', `a logit of class ${id} is not a finite number`, { class: id })
  }
}

function restart(stamps: Int32Array): number {
  stamps.fill(0)
  return 1
}

function refuseId(id: number, classes: number): never {
  return fail('bad-label-map', `class id ${id} in a label map of ${classes} classes`, { id, classes })
}
