/** The loader: threads that make batches ahead of the training step, handed over in order. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { fail } from '../../base/error.ts'
import type { ErrorCode } from '../../base/error.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { sharedFloats, sharedInts } from '../sample/image-set.ts'
import type { ImageSet, Skipped } from '../sample/image-set.ts'
import { batchesPerEpoch } from '../sample/order.ts'
import type { AnnotatorView, BatchAnswer, BatchRequest, MapSetup, Slot, WorkerSetup } from './messages.ts'
import type { PixelSource } from './pixels.ts'

/** What a loader reads and makes. */
export interface LoaderConfig {
  recipe: Recipe
  mode: 'train' | 'evaluate'
  set: ImageSet
  /** [n]: labels to train on; those of the set where they were not cleaned. */
  labels?: Int32Array
  pixels: PixelSource
  /** Classes of a target. */
  classes: number
  maps?: MapSetup | undefined
  annotator?: AnnotatorView | undefined
  /** Samples a batch; the recipe's unless given. */
  batch?: number
}

/** A finished batch; its arrays are valid until it is released. */
export interface Batch extends Slot {
  epoch: number
  /** Place in its epoch. */
  batch: number
  count: number
}

/** Batches in order. */
export interface Loader {
  /** Batches an epoch. */
  batches: number
  /** Begins with batch `batch` of epoch `epoch` and ends before epoch `until`. Only once nothing is under way. */
  start(epoch: number, batch: number, until: number): void
  /** The next batch, or undefined at the end. Rejects with the reason where it cannot be made. */
  next(): Promise<Batch | undefined>
  release(batch: Batch): void
  /** Gives up what is under way; afterwards the loader can start again. Batches that were handed over are still to be released. */
  stop(): Promise<void>
  /** Images that turned out to be unusable, so far. */
  skipped: readonly Skipped[]
  close(): Promise<void>
}

interface Pending {
  request: BatchRequest
  answer: Promise<BatchAnswer>
}

/** Threads by default: half the cores, at most eight; the engine needs the others. */
function defaultWorkers(cores: number = availableParallelism()): number {
  return Math.min(8, Math.max(1, Math.floor(cores / 2)))
}

/** Starts the threads. Batches are made from {@link Loader.start} on. */
export function openLoader(config: LoaderConfig): Loader {
  const { recipe, mode, set } = config
  const batch = config.batch ?? recipe.batch
  const count = set.subset.length
  const batches = mode === 'train' ? batchesPerEpoch(count, batch) : Math.ceil(count / batch)
  const side = config.annotator?.size ?? 0
  const slots: Slot[] = Array.from({ length: Math.max(2, recipe.prefetch) }, () => ({
    images: sharedFloats(batch * 3 * recipe.size * recipe.size),
    targets: sharedFloats(mode === 'train' ? batch * config.classes : 0),
    annotator: sharedFloats(batch * 3 * side * side),
    indices: sharedInts(batch),
  }))
  const setup: WorkerSetup = {
    recipe,
    mode,
    batch,
    classes: config.classes,
    subset: set.subset,
    sizes: set.sizes,
    labels: config.labels ?? set.labels,
    bad: set.bad,
    pixels: config.pixels,
    maps: config.maps,
    annotator: config.annotator,
    slots,
  }
  const answers = slots.map((): ((answer: BatchAnswer) => void) | undefined => undefined)
  const free = slots.map((_, i) => i)
  const pending: Pending[] = []
  const skipped: Skipped[] = []
  let closed = false
  let place = { epoch: 0, batch: 0, until: 0 }

  const workers = Array.from({ length: recipe.workers ?? defaultWorkers() }, () => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: setup })
    const state = { worker, slots: new Set<number>() }
    const lose = (reason: string): void => {
      for (const slot of state.slots)
        answers[slot]?.({
          kind: 'failed',
          slot,
          code: 'bad-data',
          message: `a loader thread ${reason}`,
          detail: {},
        })
    }
    worker.on('message', (answer: BatchAnswer) => {
      state.slots.delete(answer.slot)
      answers[answer.slot]?.(answer)
    })
    worker.on('error', error => lose(`failed (${String(error)})`))
    worker.on('exit', () => !closed && lose('ended'))
    return state
  })

  /** Asks for batches while there are free slots. */
  function ask(): void {
    while (free.length > 0 && place.epoch < place.until && batches > 0) {
      const slot = free.shift()!
      const request = { epoch: place.epoch, batch: place.batch, slot }
      const answer = new Promise<BatchAnswer>(resolve => (answers[slot] = resolve))
      pending.push({ request, answer })
      const idle = workers.reduce((a, b) => (b.slots.size < a.slots.size ? b : a))
      idle.slots.add(slot)
      idle.worker.postMessage(request)
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
      if (answer.kind === 'failed') return fail(answer.code as ErrorCode, answer.message, answer.detail)
      for (const { index, reason } of answer.skipped) skipped.push({ key: set.images[index]!.key, reason })
      const { epoch, batch: at, slot } = head.request
      return { ...slots[slot]!, epoch, batch: at, count: answer.count }
    },
    release(done) {
      free.push(slots.findIndex(slot => slot.images === done.images))
      ask()
    },
    async stop() {
      place = { epoch: 0, batch: 0, until: 0 }
      for (let head = pending.shift(); head; head = pending.shift()) {
        await head.answer
        free.push(head.request.slot)
      }
    },
    async close() {
      closed = true
      await Promise.all(
        workers.map(async ({ worker }) => {
          const ended = new Promise<void>(resolve => worker.once('exit', () => resolve()))
          worker.postMessage('close')
          await ended
        }),
      )
    },
  }
}
