/** Saves marks one after another, so that an undo never overtakes its mark. */
import type { ReviewState } from '../../../core/contract/review-state.ts'
import { api } from '../../api/client.ts'

export interface MarkSaver {
  save(id: number, state: ReviewState, failed: (error: unknown) => void): void
  /** Resolves when all marks so far are saved or have failed. */
  settled(): Promise<void>
}

/** `saved` is called after each, even if it failed. */
export function createMarkSaver(saved: () => void): MarkSaver {
  let last: Promise<void> = Promise.resolve()
  return {
    save(id, state, failed) {
      last = last
        .then(() => api('review.mark', { selection: { ids: [id] }, state }))
        .then(() => undefined, failed)
      void last.then(saved)
    },
    settled: () => last,
  }
}
