/** Review marks. */
import { markReview, reviewProgress } from '../../../core/project/browse/review.ts'
import type { HandlersOf } from '../context.ts'

export const reviewHandlers: HandlersOf<'review.mark' | 'review.progress'> = {
  'review.mark'({ selection, state }, { session }) {
    const result = markReview(session.writable().project, selection, state)
    const ids = 'ids' in selection ? selection.ids : (result.before?.map(({ id }) => id) ?? null)
    if (result.changed > 0) session.imagesChanged(ids)
    return result
  },
  'review.progress': ({ splits }, { session }) => reviewProgress(session.require().project, splits),
}
