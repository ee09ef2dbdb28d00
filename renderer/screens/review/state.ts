/** The state of the review screen as plain data, progress counting, and its queries; pure. */
import type { ImageQuery } from '../../../core/contract/api/browse.ts'
import type { ReviewState } from '../../../core/contract/review-state.ts'
import type { CallOutput } from '../../../core/contract/api/index.ts'
import { emptyQueue, type Queue } from './queue.ts'

export type Progress = CallOutput<'review.progress'>

/** An image opened for correction, and its number of steps before that. */
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

/** What the review shows; all values except `image` are reasons why there is none. */
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

/** Counts a mark at once; the backend's figures follow. */
export function counted(progress: Progress | null, from: ReviewState, to: ReviewState): Progress | null {
  if (!progress) return null
  const counts = { ...progress.counts }
  counts[from] = Math.max(0, (counts[from] ?? 0) - 1)
  counts[to] = (counts[to] ?? 0) + 1
  return { ...progress, counts }
}

const splitsOf = (split: string | null): { splits?: string[] } => (split === null ? {} : { splits: [split] })

/** The images left to review, those with the highest expected gain first. */
export const queryOf = (split: string | null): ImageQuery => ({
  filter: { review: ['none'], problem: false, ...splitsOf(split) },
  sort: { by: 'review', descending: true },
})

export const progressInput = splitsOf
