/** Browsing the whole data set: filters, sorts, pages, histograms, saved views. */
import { z } from 'zod'
import { annotationId } from '../ids.ts'
import { reviewState } from '../review-state.ts'
import { call } from './call.ts'
import { classIndex, imageId, moment, nothing, share, splitName } from './common.ts'

/**
 * All conditions must hold; within a list, any entry suffices. Measures are those of the project's current annotation.
 */
export const imageFilter = z.strictObject({
  /** Part of the key (`train/cat/0001.jpg`), case-insensitive. */
  text: z.string().max(500).optional(),
  splits: z.array(splitName).max(100).optional(),
  /** Given labels; −1: none. */
  classes: z.array(z.int().min(-1)).max(10_000).optional(),
  /** The map's strongest classes over the whole image, in project classes. */
  predicted: z.array(classIndex).max(10_000).optional(),
  review: z.array(reviewState).optional(),
  corrected: z.boolean().optional(),
  /** The given label is not the map's strongest class. */
  disagree: z.boolean().optional(),
  /** The given label is in the top K of some cell. */
  listed: z.boolean().optional(),
  /** Probability of the strongest class over the whole image. */
  confidence: z.tuple([share, share]).optional(),
  /** Images that cannot be read. */
  problem: z.boolean().optional(),
  /** The label is another one than the image came with. */
  changed: z.boolean().optional(),
})
export type ImageFilter = z.infer<typeof imageFilter>

export const imageSort = z.strictObject({
  /** `review`: expected gain of a review. Images without the measure come last. Ties: by name. */
  by: z.enum(['name', 'class', 'review', 'confidence']),
  descending: z.boolean(),
})
export type ImageSort = z.infer<typeof imageSort>

export const imageQuery = z.strictObject({ filter: imageFilter, sort: imageSort })
export type ImageQuery = z.infer<typeof imageQuery>

/** Measures of an image's label map in the project's classes; null before they are known. */
export const imageFacts = z.object({
  /** Strongest class of the whole image. */
  top: z.number(),
  /** Its probability. */
  confidence: z.number(),
  /** Lead over the second, 0…1. */
  margin: z.number(),
  /** Entropy of the whole image's target as a share of log C. */
  entropy: z.number(),
  /** Whether the given label is in the top K of some cell; null without a label. */
  listed: z.boolean().nullable(),
  /** Share of other annotations with a different strongest class; 0 if there are no others. */
  disputed: z.number(),
  /** Expected gain of a review, 0…1. */
  score: z.number(),
})
export type ImageFacts = z.infer<typeof imageFacts>

/** An image in a list. */
export const imageItem = z.object({
  id: imageId,
  key: z.string(),
  split: z.string(),
  path: z.string(),
  label: z.number().nullable(),
  /** Pixels after EXIF orientation; 0 where it could not be read. */
  width: z.number(),
  height: z.number(),
  problem: z.string().nullable(),
  review: reviewState,
  corrected: z.boolean(),
  /** The label is another one than the image came with. */
  changed: z.boolean(),
  facts: imageFacts.nullable(),
})
export type ImageItem = z.infer<typeof imageItem>

/** Images by id, or all images of a query except some. */
export const selection = z.union([
  z.strictObject({ ids: z.array(imageId).min(1).max(100_000) }),
  z.strictObject({ query: imageQuery, except: z.array(imageId).max(100_000) }),
])
export type Selection = z.infer<typeof selection>

const counted = <T extends z.ZodType>(value: T) => z.array(z.object({ value, count: z.number() }))

/** The counts next to each filter, each computed under all other filters. */
export const histograms = z.object({
  splits: counted(z.string()),
  /** The classes with the most images first, at most 1000; −1: no label. */
  classes: counted(z.number()),
  predicted: counted(z.number()),
  review: counted(reviewState),
  corrected: counted(z.boolean()),
  disagree: counted(z.boolean()),
  listed: counted(z.boolean()),
  changed: counted(z.boolean()),
  /** Twenty bins of 0…1. */
  confidence: z.array(z.number()),
})
export type Histograms = z.infer<typeof histograms>

export const savedView = z.object({ id: z.number(), name: z.string(), query: imageQuery })
export type SavedView = z.infer<typeof savedView>

const place = z.object({ query: imageQuery, id: imageId })

export const browseCalls = {
  /** `version` changes whenever any image's answer to a filter may have changed. */
  'browse.count': call(imageQuery, z.object({ total: z.number(), version: z.number() })),
  'browse.page': call(
    z.object({ query: imageQuery, offset: z.int().min(0), limit: z.int().min(1).max(500) }),
    z.object({ offset: z.number(), items: z.array(imageItem), total: z.number(), version: z.number() }),
  ),
  /**
   * Position of an image in a query's order and its neighbours; the position is null if the query does not include it.
   */
  'browse.place': call(
    place,
    z.object({
      offset: z.number().nullable(),
      previous: imageId.nullable(),
      next: imageId.nullable(),
      total: z.number(),
    }),
  ),
  'browse.histograms': call(imageFilter, histograms),
  'views.list': call(nothing, z.array(savedView)),
  'views.save': call(z.object({ name: z.string().min(1).max(200), query: imageQuery }), z.array(savedView)),
  'views.remove': call(z.object({ id: z.number() }), z.array(savedView)),
  'images.get': call(
    z.union([z.strictObject({ id: imageId }), z.strictObject({ key: z.string().max(5000) })]),
    z.object({
      item: imageItem,
      file: z.string(),
      truth: z.array(z.number()).nullable(),
      boxes: z
        .array(
          z.object({ class: z.number(), box: z.tuple([z.number(), z.number(), z.number(), z.number()]) }),
        )
        .nullable(),
      /** Annotations that have a label map of it. */
      maps: z.array(annotationId),
    }),
  ),
}

export const reviewCalls = {
  /** Marks many images alike; `none` removes the mark. Returns the previous marks, for undo. */
  'review.mark': call(
    z.object({ selection, state: reviewState }),
    z.object({
      changed: z.number(),
      /** Previous states by image, at most 1000; null if there were more. */
      before: z.array(z.object({ id: imageId, state: reviewState })).nullable(),
    }),
  ),
  /** Progress of the review of the usable images of some splits (default: all), and the review sessions so far. */
  'review.progress': call(
    z.object({ splits: z.array(splitName).optional() }),
    z.object({
      total: z.number(),
      counts: z.record(reviewState, z.number()),
      /** Runs of marks without a break of half an hour, newest first, at most 50. */
      sessions: z.array(z.object({ began: moment, ended: moment, marks: z.number() })),
    }),
  ),
}
