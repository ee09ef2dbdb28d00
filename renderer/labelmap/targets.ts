/** Targets as in training, and their strongest classes for display. */
import type { ClassMap } from '../../core/labelmap/class-map.ts'
import type { LabelMap } from '../../core/labelmap/label-map.ts'
import type { Axes, Crop, ImageSize } from '../../core/pooling/crop.ts'
import { createTargetScratch, poolTarget, type TargetScratch } from '../../core/pooling/target.ts'

/** A target over the project's classes, and what it omits. */
export interface Target {
  /** [project classes] */
  probabilities: Float32Array
  /** Share of the pooled mass on annotator classes that the project does not have. */
  unmatchedMass: number
}

/** Makes targets of one annotation; reuses its memory. */
export interface Targeter {
  classMap: ClassMap
  scratch: Record<Axes, TargetScratch>
}

export const createTargeter = (classMap: ClassMap, fill: number): Targeter => ({
  classMap,
  scratch: {
    correct: createTargetScratch(classMap, { axes: 'correct', fill }),
    published: createTargetScratch(classMap, { axes: 'published', fill }),
  },
})

/** The soft target of a crop: the same function that the trainer runs. */
export function targetOf(
  targeter: Targeter,
  map: LabelMap,
  crop: Crop,
  image: ImageSize,
  axes: Axes = 'correct',
): Target {
  const { classMap, scratch } = targeter
  const probabilities = new Float32Array(classMap.projectClasses)
  const { unmatchedMass } = poolTarget(map, crop, image, probabilities, scratch[axes])
  return { probabilities, unmatchedMass }
}

export const wholeImage = (image: ImageSize): Crop => ({
  top: 0,
  left: 0,
  height: image.height,
  width: image.width,
})

/** The `count` strongest classes, ties to the lower class. */
export function strongest(probabilities: Float32Array, count: number): number[] {
  const best: number[] = []
  for (let id = 0; id < probabilities.length; id++) {
    const share = probabilities[id]!
    let at = best.length
    while (at > 0 && probabilities[best[at - 1]!]! < share) at--
    if (at >= count) continue
    best.splice(at, 0, id)
    if (best.length > count) best.pop()
  }
  return best
}

/** A class in several targets side by side. */
export interface TargetRow {
  id: number
  shares: number[]
}

/** The classes that are among the strongest of any target, by their largest share; at most `count` rows. */
export function compareTargets(targets: readonly Target[], count: number): TargetRow[] {
  const ids = new Set(targets.flatMap(target => strongest(target.probabilities, count)))
  return [...ids]
    .map(id => ({ id, shares: targets.map(target => target.probabilities[id]!) }))
    .sort((a, b) => Math.max(...b.shares) - Math.max(...a.shares) || a.id - b.id)
    .slice(0, count)
}
