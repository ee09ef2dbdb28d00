/** Makes batches: images, crops, pixels and targets. The result does not depend on which thread makes them, or when. */
import { drawMixing, mixBatchTargets, mixImages } from '../sample/mixing.ts'
import { orderOf } from './draw.ts'
import { fillNow, fillPlace } from './fill.ts'
import type { Unusable } from './fill.ts'
import type { BatchAnswer, BatchRequest } from './messages.ts'
import type { SamplerState } from './state.ts'

/** Image files decoded at once; the decoder has four threads by default. */
const lanes = 4

/** A batch in progress. */
interface Task extends BatchRequest {
  /** Index of its first image in the epoch's order. */
  start: number
  /** Number of samples. */
  count: number
  unusable: Unusable
}

/** Makes a batch into its slot. */
export async function makeBatch(
  state: SamplerState,
  request: BatchRequest,
): Promise<Extract<BatchAnswer, { kind: 'done' }>> {
  const began = performance.now()
  const { mode, batch, subset } = state.setup
  const start = request.batch * batch
  const count = mode === 'evaluate' ? Math.min(batch, subset.length - start) : batch
  const task: Task = { ...request, start, count, unusable: [] }
  await (state.reader.waits ? fillInLanes(state, task) : fillInOrder(state, task))
  if (mode === 'train') mix(state, request)
  const seconds = (performance.now() - began) / 1000
  return { kind: 'done', slot: request.slot, count, seconds, skipped: task.unusable }
}

/** Decodes several image files concurrently. */
async function fillInLanes(
  state: SamplerState,
  { epoch, slot, start, count, unusable }: Task,
): Promise<void> {
  const places = state.places[slot]!
  let next = 0
  const lane = async (): Promise<void> => {
    for (let b = next++; b < count; b = next++)
      await fillPlace(state, { epoch, at: start + b }, places[b]!, unusable)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** Sequentially, usually without a promise per sample. */
async function fillInOrder(
  state: SamplerState,
  { epoch, slot, start, count, unusable }: Task,
): Promise<void> {
  const places = state.places[slot]!
  const order = orderOf(state, epoch)
  for (let b = 0; b < count; b++) {
    const at = start + b
    const index = order[at % order.length]!
    if (!fillNow(state, { index, epoch, again: 0 }, places[b]!))
      await fillPlace(state, { epoch, at }, places[b]!, unusable)
  }
}

/** CutMix or mixup, if drawn for this batch. */
function mix({ setup, copies, makeTarget }: SamplerState, request: BatchRequest): void {
  const mixing = drawMixing(setup.recipe, request.epoch, request.batch)
  if (!mixing) return
  const { images, targets } = setup.slots[request.slot]!
  mixImages(images, copies.images, setup.recipe.size, mixing)
  if (makeTarget) mixBatchTargets(targets, copies.targets, setup.classes, mixing)
}
