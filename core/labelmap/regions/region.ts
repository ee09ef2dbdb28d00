/** What the Regions view of a label map shows. */

/** Why a class is drawn: it is the given label, the target names it, it is sure in one place, or a person set it. */
export type RegionRole = 'given' | 'named' | 'place' | 'person'

/** One outlined part of a picture: cells that touch and that one class leads. */
export interface Region {
  /** The class. */
  id: number
  /** Cells `y·W + x`, ascending. */
  cells: readonly number[]
  /** Mean probability of the class over the cells, 0…1. */
  mean: number
  role: RegionRole
  /** Whether the line is dashed, because the colour is too close to that of a class drawn before. */
  dashed: boolean
  /** Closed paths x0, y0, x1, y1, … in cells, 0…W and 0…H; holes run the other way round. */
  paths: readonly Float32Array[]
}

/** All that is drawn of one label map, and what is not. */
export interface RegionPlan {
  /** In the order of drawing and naming: the given label, then class by class, the largest region of each first. */
  regions: readonly Region[]
  /** [H·W] the class with the highest logit (of equals the lower one); −1: nothing is above the fill logit. */
  leader: Int32Array
  /** [H·W] probability of the leader; 0 where no class leads. */
  share: Float32Array
  /** Each drawn class's probability in every cell, [H·W]. */
  shares: ReadonlyMap<number, Float32Array>
  /** Each drawn class's share of the whole image's target. */
  target: ReadonlyMap<number, number>
  /** How many other classes lead cells. */
  others: number
  given: number | null
  /** Whether there is a given label and it leads no cell. */
  givenNowhere: boolean
  height: number
  width: number
}
