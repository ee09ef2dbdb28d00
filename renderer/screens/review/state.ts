/** What the review screen shows, as plain data; how far a review is, counted on; and what is asked for. Pure. */
import type { ImageQuery } from '../../../core/contract/api/browse.ts'
import type { ReviewState } from '../../../core/contract/review-state.ts'
import type { CallOutput } from '../../../core/contract/api/index.ts'
import { emptyQueue, type Queue } from './queue.ts'

export type Progress = CallOutput<'review.progress'>

/** An image that was sent to be corrected, and how many steps it had before. */
export interface Fix {
  id: number
  version: number
}

export interface Reviewing {
  /** One split, or null for all of them. */
  split: string | null
  queue: Queue
  progress: Progress | null
  loading: boolean
  error: unknown
  fixing: Fix | null
}

/** What of the review can be shown; all but `image` say why there is none. */
export type ReviewStage =
  'loading' | 'failed' | 'no-project' | 'no-annotation' | 'not-scored' | 'no-images' | 'image' | 'done'

export const firstReviewing: Reviewing = {
  split: null,
  queue: emptyQueue,
  progress: null,
  loading: false,
  error: null,
  fixing: null,
}

/** A mark counted at once; the backend's own figures follow. */
export function counted(progress: Progress | null, from: ReviewState, to: ReviewState): Progress | null {
  if (!progress) return null
  const counts = { ...progress.counts }
  counts[from] = Math.max(0, (counts[from] ?? 0) - 1)
  counts[to] = (counts[to] ?? 0) + 1
  return { ...progress, counts }
}

const splitsOf = (split: string | null): { splits?: string[] } => (split === null ? {} : { splits: [split] })

/** The images that are left to review, those first where a look is worth the most. */
export const queryOf = (split: string | null): ImageQuery => ({
  filter: { review: ['none'], problem: false, ...splitsOf(split) },
  sort: { by: 'review', descending: true },
})

export const progressInput = splitsOf
