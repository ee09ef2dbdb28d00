/** What many images' label maps show: the regions of the current annotation, for lists of images. */
import { z } from 'zod'
import { call } from './call.ts'
import { imageId, problem, share } from './common.ts'

/** Why a region is drawn: the given label, named by the target, sure in one place, or set by a person. */
const regionRole = z.enum(['given', 'named', 'place', 'person'])

/** One region of an image. */
export const mapRegion = z.object({
  /** Shown class. */
  class: z.number(),
  /** Mean probability over its cells. */
  share,
  /** Number of its cells. */
  cells: z.number(),
  role: regionRole,
  dashed: z.boolean(),
  /** An SVG path in sixteenths of a cell (core/labelmap/outline-text.ts). */
  outline: z.string(),
})
export type MapRegion = z.infer<typeof mapRegion>

/** The regions of an image, in the order in which they are named; corrections applied. */
export const imageRegions = z.object({
  image: imageId,
  /** Of the map, in cells; 0 where there is none. */
  height: z.number(),
  width: z.number(),
  regions: z.array(mapRegion),
  /** Given label as a shown class; null: none. */
  given: z.number().nullable(),
  /** There is a given label, but it leads no cell. */
  givenNowhere: z.boolean(),
  /** Classes that lead cells and are not drawn. */
  others: z.number(),
  /** Why there are none: the map is missing or cannot be read. */
  problem: problem.nullable(),
})
export type ImageRegions = z.infer<typeof imageRegions>

/** Images of one call at most. */
export const mostImages = 200

export const mapCalls = {
  /** In the order that was asked for. An image whose map is missing or damaged says why; the others are not affected. */
  'maps.regions': call(z.object({ images: z.array(imageId).min(1).max(mostImages) }), z.array(imageRegions)),
}
