/** Review marks. */
import { messageOf } from '../../../core/base/error.ts'
import { markReview, reviewProgress } from '../../../core/project/browse/review.ts'
import { copyWhenDue } from '../../../core/project/recovery/copies.ts'
import { log } from '../../tasks/process/log.ts'
import type { HandlersOf } from '../context.ts'

export const reviewHandlers: HandlersOf<'review.mark' | 'review.progress'> = {
  'review.mark'({ selection, state }, { session }) {
    const { project } = session.writable()
    const result = markReview(project, selection, state)
    const ids = 'ids' in selection ? selection.ids : (result.before?.map(({ id }) => id) ?? null)
    if (result.changed > 0) session.imagesChanged(ids)
    copyWhenDue(project).catch((error: unknown) =>
      log.error(`no copy of the database could be made: ${messageOf(error)}`),
    )
    return result
  },
  'review.progress': ({ splits }, { session }) => reviewProgress(session.require().project, splits),
}
