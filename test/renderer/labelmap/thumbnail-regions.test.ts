import { describe, expect, it } from 'vitest'
import type { ImageRegions, MapRegion } from '../../../core/contract/api/maps.ts'
import {
  captionOf,
  placeWithin,
  thumbnailRegions,
  waitingCaption,
} from '../../../renderer/labelmap/thumbnail-regions.ts'

const region = (id: number, share: number, role: MapRegion['role'] = 'named'): MapRegion => ({
  class: id,
  share,
  cells: 4,
  role,
  dashed: false,
  outline: 'M0 0l16 0 0 16z',
})
const answerOf = (part: Partial<ImageRegions>): ImageRegions => ({
  image: 1,
  height: 15,
  width: 15,
  regions: [],
  given: null,
  givenNowhere: false,
  others: 0,
  problem: null,
  ...part,
})

describe('a thumbnail', () => {
  it('shows all regions of the first three classes, and reads an answer once', () => {
    const regions = [region(9, 0.9, 'given'), region(9, 0.4, 'given'), region(1, 0.8), region(2, 0.7)]
    const answer = answerOf({ given: 9, regions: [...regions, region(3, 0.6)] })
    const shown = thumbnailRegions(answer)
    expect(shown.map(({ id }) => id)).toEqual([9, 9, 1, 2])
    expect([...shown[0]!.paths[0]!]).toEqual([0, 0, 1, 0, 1, 1])
    expect(thumbnailRegions(answer)).toBe(shown)
  })

  it('names the given label, the first other class and how many more there are', () => {
    const regions = [region(9, 0.9, 'given'), region(9, 0.4, 'given'), region(1, 0.8), region(2, 0.7)]
    expect(captionOf(answerOf({ given: 9, regions: [...regions, region(3, 0.6)] }))).toEqual({
      given: { id: 9, share: 0.9 },
      other: { id: 1, share: 0.8 },
      more: 2,
    })
  })

  it('says that a given label is nowhere, and nothing of a map that is not known', () => {
    const nowhere = answerOf({ given: 9, givenNowhere: true, regions: [region(1, 0.8)] })
    expect(captionOf(nowhere)).toEqual({
      given: { id: 9, share: null },
      other: { id: 1, share: 0.8 },
      more: 0,
    })
    expect(captionOf(undefined)).toBeNull()
    expect(captionOf(answerOf({ height: 0, width: 0 }))).toBeNull()
    expect(waitingCaption(9).given).toEqual({ id: 9, share: undefined })
  })

  it('lies over the whole image, in the middle of its box', () => {
    const wide = placeWithin(
      { width: 160, height: 160 },
      { width: 400, height: 200 },
      { width: 10, height: 5 },
    )
    expect(wide).toEqual({ x: 0, y: 40, cellWidth: 16, cellHeight: 16 })
    const tall = placeWithin({ width: 96, height: 72 }, { width: 50, height: 100 }, { width: 5, height: 5 })
    expect(tall).toEqual({ x: 30, y: 0, cellWidth: 7.2, cellHeight: 14.4 })
  })
})
