/** Corrections: the store does the work; whoever browses hears of it. */
import { applyEdit, getCorrections, redoEdit, undoEdit } from '../../../core/project/corrections/store.ts'
import type { HandlersOf } from '../context.ts'
import { extentOf } from '../map-extents.ts'

type Names = 'corrections.get' | 'corrections.apply' | 'corrections.undo' | 'corrections.redo'

export const correctionHandlers: HandlersOf<Names> = {
  'corrections.get'(place, { session }) {
    const opened = session.require()
    void extentOf(opened, place.image, place.annotation).catch(() => null) // for the edits to come
    return getCorrections(opened.project, place)
  },
  async 'corrections.apply'(step, { session }) {
    const extent = await extentOf(session.writable(), step.image, step.annotation)
    const saved = applyEdit(session.writable().project, { ...step, extent })
    session.imagesChanged([step.image])
    return saved
  },
  'corrections.undo'(step, { session }) {
    const saved = undoEdit(session.writable().project, step)
    session.imagesChanged([step.image])
    return saved
  },
  'corrections.redo'(step, { session }) {
    const saved = redoEdit(session.writable().project, step)
    session.imagesChanged([step.image])
    return saved
  },
}
