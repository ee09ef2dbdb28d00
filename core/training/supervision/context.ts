/** What targets are made from, and what a maker of targets is. */
import type { ClassMap } from '../../labelmap/class-map.ts'
import type { LabelMap } from '../../labelmap/label-map.ts'
import type { Axes, Crop, ImageSize } from '../../pooling/crop.ts'
import type { TargetScratch } from '../../pooling/target.ts'

/** Label maps and what reading them takes; indices are those of the image set. */
export interface MapContext {
  map(index: number): LabelMap
  /** Pixels of the image, all of which its map covers. */
  size(index: number): ImageSize
  classMap: ClassMap
  scratch: TargetScratch
  axes: Axes
  /** Logit of classes that a cell does not list. */
  fill: number
}

/** Everything a supervision may ask for. */
export interface TargetContext {
  /** Classes of the student. */
  classes: number
  /** [n]: label of each image, −1 for none. */
  labels: Int32Array
  /** ε of `smooth`. */
  epsilon: number
  /** Absent where the supervision needs no label maps. */
  maps?: MapContext
}

/** Writes the target [classes] of a crop (pixels of the original image) of image `index` to `out`. */
export type TargetMaker = (index: number, crop: Crop, out: Float32Array) => void
