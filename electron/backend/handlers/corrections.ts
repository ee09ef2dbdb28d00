/** Corrections: calls the store, and notifies whoever browses. */
import { messageOf } from '../../../core/base/error.ts'
import { applyEdit, getCorrections, redoEdit, undoEdit } from '../../../core/project/corrections/store.ts'
import { copyWhenDue } from '../../../core/project/recovery/copies.ts'
import { log } from '../../tasks/process/log.ts'
import type { HandlersOf } from '../context.ts'
import { extentOf } from '../map-extents.ts'
import type { Session } from '../session.ts'

type Names = 'corrections.get' | 'corrections.apply' | 'corrections.undo' | 'corrections.redo'

/** Notifies others, and makes a copy of the database every few hundred steps. */
function afterStep(session: Session, image: number): void {
  session.imagesChanged([image])
  copyWhenDue(session.writable().project).catch((error: unknown) =>
    log.error(`no copy of the database could be made: ${messageOf(error)}`),
  )
}

export const correctionHandlers: HandlersOf<Names> = {
  'corrections.get'(place, { session }) {
    const opened = session.require()
    void extentOf(opened, place.image, place.annotation).catch(() => null) // for later edits
    return getCorrections(opened.project, place)
  },
  async 'corrections.apply'(step, { session }) {
    const extent = await extentOf(session.writable(), step.image, step.annotation)
    const saved = applyEdit(session.writable().project, { ...step, extent })
    afterStep(session, step.image)
    return saved
  },
  'corrections.undo'(step, { session }) {
    const saved = undoEdit(session.writable().project, step)
    afterStep(session, step.image)
    return saved
  },
  'corrections.redo'(step, { session }) {
    const saved = redoEdit(session.writable().project, step)
    afterStep(session, step.image)
    return saved
  },
}
