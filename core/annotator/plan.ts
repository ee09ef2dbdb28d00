/** Assigns images to batches, depending only on the list, so that a resumed job computes the same batches. */
import { inputSize, type Preprocessing } from './preprocess.ts'

/** The data of an image that the annotator needs. */
export interface ImageToAnnotate {
  key: string
  /** Absolute. */
  file: string
  /** Pixels after EXIF orientation. */
  width: number
  height: number
}

/**
 * Images of one input size, in order. Each keeps its place in the batch even if other images of the batch are already
 * done.
 */
export interface Batch {
  /** Of the images after resizing. */
  width: number
  height: number
  images: ImageToAnnotate[]
}

/** Cuts the list into batches of at most `size` images that share an input size. */
export function* planBatches(
  images: Iterable<ImageToAnnotate>,
  preprocessing: Preprocessing,
  stride: readonly [number, number],
  size: number,
): Generator<Batch> {
  let batch: Batch | undefined
  for (const image of images) {
    const { width, height } = inputSize(preprocessing, image, stride)
    if (batch && (batch.images.length === size || batch.width !== width || batch.height !== height)) {
      yield batch
      batch = undefined
    }
    batch ??= { width, height, images: [] }
    batch.images.push(image)
  }
  if (batch) yield batch
}
