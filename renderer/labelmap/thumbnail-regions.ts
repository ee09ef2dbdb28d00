/** What a thumbnail shows of an image's regions: three classes at most, and two of them in words below it; pure. */
import type { ImageRegions } from '../../core/contract/api/maps.ts'
import { outlinePaths } from '../../core/labelmap/outline-text.ts'
import type { DrawnRegion, Place } from './draw-regions.ts'

/** Classes drawn on a thumbnail. */
const mostClasses = 3

/** One region of a thumbnail; its cells are not known there. */
export interface ThumbnailRegion extends DrawnRegion {
  share: number
}

/** Read once an answer, however often it is drawn. */
const read = new WeakMap<ImageRegions, readonly ThumbnailRegion[]>()

/** The drawn classes, in their order. */
const classesOf = ({ regions }: ImageRegions): number[] => [...new Set(regions.map(one => one.class))]

/** The regions of the first three classes. */
export function thumbnailRegions(answer: ImageRegions): readonly ThumbnailRegion[] {
  let regions = read.get(answer)
  if (!regions) {
    const shown = new Set(classesOf(answer).slice(0, mostClasses))
    regions = answer.regions
      .filter(one => shown.has(one.class))
      .map(one => ({
        id: one.class,
        share: one.share,
        cells: [],
        role: one.role,
        dashed: one.dashed,
        paths: outlinePaths(one.outline),
      }))
    read.set(answer, regions)
  }
  return regions
}

/** A class below a thumbnail; share: of its largest region. */
export interface CaptionClass {
  id: number
  share: number
}

export interface Caption {
  /** The given label; share null: it leads no cell; undefined: not known yet. Null: there is none. */
  given: { id: number; share: number | null | undefined } | null
  /** The first other class. */
  other: CaptionClass | null
  /** How many more are drawn in the whole image. */
  more: number
}

/** The words below a thumbnail; null where the map is not known. */
export function captionOf(answer: ImageRegions | undefined): Caption | null {
  if (!answer || answer.height === 0) return null
  const shareOf = (id: number): number => answer.regions.find(one => one.class === id)!.share
  const drawn = classesOf(answer)
  const others = drawn.filter(id => id !== answer.given)
  const [other] = others
  const { given } = answer
  return {
    given: given === null ? null : { id: given, share: drawn.includes(given) ? shareOf(given) : null },
    other: other === undefined ? null : { id: other, share: shareOf(other) },
    more: Math.max(0, others.length - 1),
  }
}

/** The words until the regions are known, which then only gain percents. */
export const waitingCaption = (label: number | null): Caption => ({
  given: label === null ? null : { id: label, share: undefined },
  other: null,
  more: 0,
})

interface Size {
  width: number
  height: number
}

/** Where a map lies in a box that shows the whole of its image, as large as fits, in the middle. */
export function placeWithin(box: Size, image: Size, map: Size): Place {
  const scale = Math.min(box.width / image.width, box.height / image.height)
  return {
    x: (box.width - image.width * scale) / 2,
    y: (box.height - image.height * scale) / 2,
    cellWidth: (image.width * scale) / map.width,
    cellHeight: (image.height * scale) / map.height,
  }
}
