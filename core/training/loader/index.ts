/** The loader: threads that make batches ahead of the training step and deliver them in order. */
import { availableParallelism } from 'node:os'
import { fail } from '../../base/error.ts'
import { fromWire } from '../../base/wire-error.ts'
import type { Recipe } from '../../contract/recipe.ts'
import type { Skipped } from '../../contract/skipped.ts'
import { sharedFloats, sharedInts } from '../sample/image-set.ts'
import type { ImageSet } from '../sample/image-set.ts'
import { batchesPerEpoch } from '../sample/order.ts'
import type { AnnotatorView, BatchAnswer, BatchRequest, MapSetup, Slot, WorkerSetup } from './messages.ts'
import type { PixelSource } from './pixels.ts'
import { startThreads } from './threads.ts'

/** Configuration of a loader. */
export interface LoaderConfig {
  recipe: Recipe
  mode: WorkerSetup['mode']
  set: ImageSet
  /** [n]: labels to train on; those of the set unless they were cleaned. */
  labels?: Int32Array
  pixels: PixelSource
  /** Classes of a target. */
  classes: number
  maps?: MapSetup | undefined
  annotator?: AnnotatorView | undefined
  /** Samples per batch; the recipe's unless given. */
  batch?: number
}

/** A finished batch; its arrays are valid until it is released. */
export interface Batch extends Slot {
  epoch: number
  /** Index in its epoch. */
  batch: number
  count: number
}

/** Batches in order. */
export interface Loader {
  /** Batches per epoch. */
  batches: number
  /**
   * Begins with batch `batch` of epoch `epoch` and ends before epoch `until`. Call it only when no batch is in
   * progress.
   */
  start(epoch: number, batch: number, until: number): void
  /** The next batch, or undefined at the end. Rejects with the reason if it cannot be made. */
  next(): Promise<Batch | undefined>
  release(batch: Batch): void
  /**
   * Gives up what is under way; afterwards the loader can start again. Batches that were handed over are still to be
   * released.
   */
  stop(): Promise<void>
  /** Images that turned out to be unusable, so far. */
  skipped: readonly Skipped[]
  close(): Promise<void>
}

/** A requested batch. */
interface Pending {
  request: BatchRequest
  answer: Promise<BatchAnswer>
}

/** Default number of threads: half the cores, at most eight; the engine needs the others. */
function defaultWorkers(cores: number = availableParallelism()): number {
  return Math.min(8, Math.max(1, Math.floor(cores / 2)))
}

/** The setup of the threads, which share its arrays. */
function setupOf(config: LoaderConfig, batch: number): WorkerSetup {
  const { recipe, mode, set, classes, annotator } = config
  const side = annotator?.size ?? 0
  const slots: Slot[] = Array.from({ length: Math.max(2, recipe.prefetch) }, () => ({
    images: sharedFloats(batch * 3 * recipe.size * recipe.size),
    targets: sharedFloats(mode === 'train' ? batch * classes : 0),
    annotator: sharedFloats(batch * 3 * side * side),
    indices: sharedInts(batch),
  }))
  return {
    recipe,
    mode,
    batch,
    classes,
    subset: set.subset,
    sizes: set.sizes,
    labels: config.labels ?? set.labels,
    bad: set.bad,
    pixels: config.pixels,
    maps: config.maps,
    annotator,
    slots,
  }
}

/** Starts the threads. {@link Loader.start} begins making batches. */
export function openLoader(config: LoaderConfig): Loader {
  const { recipe, mode, set } = config
  const batch = config.batch ?? recipe.batch
  const count = set.subset.length
  const batches = mode === 'train' ? batchesPerEpoch(count, batch) : Math.ceil(count / batch)
  const setup = setupOf(config, batch)
  const threads = startThreads(recipe.workers ?? defaultWorkers(), setup)
  const free = setup.slots.map((_, i) => i)
  const pending: Pending[] = []
  const skipped: Skipped[] = []
  let place = { epoch: 0, batch: 0, until: 0 }

  /** Requests batches while there are free slots. */
  function ask(): void {
    while (free.length > 0 && place.epoch < place.until && batches > 0) {
      const request = { epoch: place.epoch, batch: place.batch, slot: free.shift()! }
      pending.push({ request, answer: threads.ask(request) })
      place.batch++
      if (place.batch === batches) place = { ...place, epoch: place.epoch + 1, batch: 0 }
    }
  }

  return {
    batches,
    skipped,
    start(epoch, first, until) {
      if (pending.length > 0) fail('usage', 'the loader is still at work')
      place = { epoch, batch: first, until }
      ask()
    },
    async next() {
      const head = pending.shift()
      if (!head) return undefined
      const answer = await head.answer
      if (answer.kind === 'failed') throw fromWire(answer.error)
      for (const { index, reason } of answer.skipped) skipped.push({ key: set.images[index]!.key, reason })
      const { epoch, batch: at, slot } = head.request
      return { ...setup.slots[slot]!, epoch, batch: at, count: answer.count }
    },
    release(done) {
      free.push(setup.slots.findIndex(slot => slot.images === done.images))
      ask()
    },
    async stop() {
      place = { epoch: 0, batch: 0, until: 0 }
      for (let head = pending.shift(); head; head = pending.shift()) {
        await head.answer
        free.push(head.request.slot)
      }
    },
    close: () => threads.close(),
  }
}
