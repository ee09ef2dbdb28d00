/** Messages between the main thread and the loader's workers; arrays are shared, everything else is copied. */
import type { Preprocessing } from '../../annotator/preprocess.ts'
import type { WireError } from '../../base/wire-error.ts'
import type { Recipe } from '../../contract/recipe.ts'
import type { ClassMap } from '../../labelmap/class-map.ts'
import type { MapSource } from './label-maps.ts'
import type { PixelSource } from './pixels.ts'

/** How label maps become targets. */
export interface MapSetup {
  source: MapSource
  classMap: ClassMap
  fill: number
}

/** Memory for one finished batch. */
export interface Slot {
  /** [batch, 3, size, size]. */
  images: Float32Array
  /** [batch, classes]. */
  targets: Float32Array
  /** [batch, 3, distill size, distill size], or empty. */
  annotator: Float32Array
  /** [batch]: which image each sample shows. */
  indices: Int32Array
}

/** The annotator's input format for crops. */
export type AnnotatorView = Pick<Preprocessing, 'size' | 'mean' | 'std'>

/** Everything a worker needs. */
export interface WorkerSetup {
  recipe: Recipe
  mode: 'train' | 'evaluate'
  batch: number
  classes: number
  subset: Int32Array
  sizes: Int32Array
  labels: Int32Array
  bad: Uint8Array
  pixels: PixelSource
  maps: MapSetup | undefined
  annotator: AnnotatorView | undefined
  slots: Slot[]
}

/** A batch to make. */
export interface BatchRequest {
  epoch: number
  batch: number
  slot: number
}

/** A finished batch, or the reason why it could not be made. */
export type BatchAnswer =
  | {
      kind: 'done'
      slot: number
      /** Number of samples. */
      count: number
      /** Seconds of work. */
      seconds: number
      skipped: { index: number; reason: string }[]
    }
  | { kind: 'failed'; slot: number; error: WireError }
