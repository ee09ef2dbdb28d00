/** Corrections: the store does the work; whoever browses hears of it. */
import { applyEdit, getCorrections, redoEdit, undoEdit } from '../../../core/project/corrections.ts'
import type { HandlersOf } from '../context.ts'

type Names = 'corrections.get' | 'corrections.apply' | 'corrections.undo' | 'corrections.redo'

export const correctionHandlers: HandlersOf<Names> = {
  'corrections.get': (place, { session }) => getCorrections(session.require().project, place),
  'corrections.apply'(step, { session }) {
    const saved = applyEdit(session.writable().project, step)
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
