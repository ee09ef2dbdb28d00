/** A person's verdict on an image, and what counts as one session of a review. */
import { z } from 'zod'

/** In the order in which they are shown; `none`: nothing yet. */
export const reviewStates = ['none', 'accepted', 'fixed', 'skipped', 'flagged'] as const
// Marked pure, so that the page, which needs the names alone, is built without zod.
export const reviewState = /* @__PURE__ */ z.enum(reviewStates)
export type ReviewState = z.infer<typeof reviewState>

/** The verdicts that a person gives. */
export const verdicts = reviewStates.filter(state => state !== 'none')

/** A longer break between two marks ends a session, milliseconds. */
export const longestBreak = 30 * 60_000
