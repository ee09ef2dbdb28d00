/** The definition of a supervision: one object per name, with what it needs and how its targets are made. */
import type { Recipe } from '../../contract/recipe.ts'
import type { NeedOf, SupervisionName, supervisionNeeds } from '../../contract/supervision.ts'
import type { ClassMap } from '../../labelmap/class-map.ts'
import type { LabelMap } from '../../labelmap/label-map.ts'
import type { Crop, ImageSize } from '../../pooling/crop.ts'
import type { TargetScratch } from '../../pooling/target.ts'
import type { ImageSet } from '../sample/image-set.ts'

/** Label maps and the data needed to read them; indices are those of the image set. */
export interface MapContext {
  map(index: number): LabelMap
  /** Pixels of the image, all of which its map covers. */
  size(index: number): ImageSize
  scratch: TargetScratch
}

/** By need: the input of a target maker. */
export interface TargetGiven {
  /** [n]: label of each image, −1 for none. */
  label: Int32Array
  maps: MapContext
}

/** The common input of every target maker. */
export interface TargetBase {
  recipe: Recipe
  /** Classes of the student. */
  classes: number
}

/** The input of a supervision's target: only what it needs. */
export type TargetInput<Name extends SupervisionName> = TargetBase &
  Pick<TargetGiven, NeedOf<Name> & keyof TargetGiven>

/** Writes the target [classes] of a crop (pixels of the original image) of image `index` to `out`. */
export type TargetMaker = (index: number, crop: Crop, out: Float32Array) => void

/** By need: the input of the preparation before training. */
export interface PrepareGiven {
  /** [n]: the argmax of the mean of each image's label map, in project classes; −1 for none. */
  votes: Int32Array
}

/** The common input of every preparation. */
export interface PrepareBase {
  recipe: Recipe
  set: ImageSet
  /** Names of the project's classes. */
  classes: readonly string[]
}

/** The input of a supervision's preparation. */
export type PrepareInput<Name extends SupervisionName> = PrepareBase &
  Pick<PrepareGiven, NeedOf<Name> & keyof PrepareGiven>

/** The result of the preparation. */
export interface PreparedLabels {
  /** The images, possibly fewer; those left out are listed with the reason. */
  set: ImageSet
  /** [n]: the labels to train on. */
  labels: Int32Array
  /** Images whose label the annotator disputes. */
  disputed: number
}

/** The annotator's answers to a batch of crops. */
export interface Answers {
  recipe: Recipe
  /** [count, annotator classes]. */
  logits: Float32Array
  count: number
  /** From the annotator's classes to the student's. */
  classMap: ClassMap
}

/** One way to teach a student. It has `answers` where it needs them, and a `target` otherwise. */
export interface Supervision<Name extends SupervisionName = SupervisionName> {
  name: Name
  /** A short description of its target, as shown by the command line and docs/training.md. */
  text: string
  needs: (typeof supervisionNeeds)[Name]
  /** Changes labels or leaves images out, once, before training. */
  prepare?(given: PrepareInput<Name>): PreparedLabels
  /** The maker of targets, crop by crop, inside a loader thread. */
  target?(given: TargetInput<Name>): TargetMaker
  /** Writes targets [count, student classes] from the annotator's answers, on the main thread. */
  answers?(given: Answers, out: Float32Array): void
  /** Its targets are already smoothed, so the trainer does not smooth them. */
  smooths?: boolean
  /** Its name in a list of runs, if it includes a setting of the recipe. */
  title?(recipe: Recipe): string
}
