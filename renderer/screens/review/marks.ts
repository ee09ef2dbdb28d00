/** Saves marks one after the other, so that taking one back never overtakes it. */
import type { ReviewState } from '../../../core/contract/review-state.ts'
import { api } from '../../api/client.ts'

export interface MarkSaver {
  save(id: number, state: ReviewState, failed: (error: unknown) => void): void
  /** When all that were given so far are saved or have failed. */
  settled(): Promise<void>
}

/** `saved` is called after each, also where it failed. */
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
