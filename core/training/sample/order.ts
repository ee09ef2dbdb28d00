/** The order in which an epoch visits the images. */
import { random } from '../../base/random.ts'

/** Stream of the order; no image has a negative index. */
const stream = -1

/** A permutation of 0…count−1 that depends on seed and epoch only. */
export function epochOrder(count: number, seed: number, epoch: number): Int32Array {
  return random(seed, epoch, stream).shuffle(Int32Array.from({ length: count }, (_, i) => i))
}

/**
 * Number of full batches in an epoch: the remainder is left out, because batches have a fixed size. Fewer images
 * than one batch give one batch that repeats images.
 */
export function batchesPerEpoch(count: number, batch: number): number {
  return count === 0 ? 0 : Math.max(1, Math.floor(count / batch))
}
