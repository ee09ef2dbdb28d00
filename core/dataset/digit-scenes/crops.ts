/** What a crop of a scene shows of its digits. */
import type { Crop } from '../../pooling/crop.ts'
import { area, intersection } from './scene.ts'
import type { Box, SceneObject } from './scene.ts'

const boxOf = (crop: Crop): Box => [crop.left, crop.top, crop.left + crop.width, crop.top + crop.height]

/** Classes of the digits of whose box at least the share `least` lies within the crop. */
export function visibleClasses(objects: readonly SceneObject[], crop: Crop, least = 0.5): number[] {
  const window = boxOf(crop)
  return objects
    .filter(({ box }) => intersection(box, window) >= least * area(box))
    .map(({ class: label }) => label)
}

/** How often random crops miss the digit that the label names; shares in 0…1. */
export interface CropStatistics {
  crops: number
  /** Crop and box have an intersection over union of at least ½. */
  match: number
  /** The box's centre is outside the crop. */
  centreMissing: number
  /** Crop and box do not overlap at all. */
  noOverlap: number
}

/** Statistics over scenes and their crops; scenes whose label is not one of their digits are left out. */
export function cropStatistics(
  samples: Iterable<{ label: number; objects: readonly SceneObject[]; crop: Crop }>,
): CropStatistics {
  const counts: CropStatistics = { crops: 0, match: 0, centreMissing: 0, noOverlap: 0 }
  for (const { label, objects, crop } of samples) {
    const box = objects.find(object => object.class === label)?.box
    if (!box) continue
    const window = boxOf(crop)
    const shared = intersection(box, window)
    const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
    counts.crops++
    if (shared / (area(box) + area(window) - shared) >= 0.5) counts.match++
    if (x < window[0] || x >= window[2] || y < window[1] || y >= window[3]) counts.centreMissing++
    if (shared === 0) counts.noOverlap++
  }
  const n = Math.max(1, counts.crops)
  return {
    crops: counts.crops,
    match: counts.match / n,
    centreMissing: counts.centreMissing / n,
    noOverlap: counts.noOverlap / n,
  }
}
