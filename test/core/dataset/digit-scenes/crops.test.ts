/** Crop measures on hand-made cases. */
import { describe, expect, it } from 'vitest'
import { cropStatistics, visibleClasses } from '../../../../core/dataset/digit-scenes/crops.ts'
import type { SceneObject } from '../../../../core/dataset/digit-scenes/scene.ts'

const objects: SceneObject[] = [
  { class: 4, box: [0, 0, 20, 20] },
  { class: 7, box: [40, 40, 60, 60] },
]

describe('visibleClasses', () => {
  it('counts a digit from half of its box on', () => {
    expect(visibleClasses(objects, { top: 0, left: 0, height: 64, width: 64 })).toEqual([4, 7])
    expect(visibleClasses(objects, { top: 10, left: 0, height: 54, width: 64 })).toEqual([4, 7])
    expect(visibleClasses(objects, { top: 11, left: 0, height: 53, width: 64 })).toEqual([7])
    expect(visibleClasses(objects, { top: 20, left: 20, height: 20, width: 20 })).toEqual([])
    expect(visibleClasses(objects, { top: 11, left: 0, height: 53, width: 64 }, 0.2)).toEqual([4, 7])
  })
})

describe('cropStatistics', () => {
  it('counts matches, missing centres and misses', () => {
    const at = (top: number, left: number, side: number) => ({
      label: 4,
      objects,
      crop: { top, left, height: side, width: side },
    })
    expect(
      cropStatistics([
        at(0, 0, 20), // the box itself
        at(0, 0, 28), // 400 / 784 > ½
        at(0, 0, 29), // 400 / 841 < ½
        at(11, 11, 20), // the centre (10, 10) is outside, a corner is shared
        at(30, 30, 20), // nothing shared
        { label: 9, objects, crop: { top: 0, left: 0, height: 64, width: 64 } }, // names nothing
      ]),
    ).toEqual({ crops: 5, match: 2 / 5, centreMissing: 2 / 5, noOverlap: 1 / 5 })
  })
})
