/** Given labels and truth: changes them, measures again what depends on them, and notifies whoever shows them. */
import { messageOf } from '../../../core/base/error.ts'
import type { Selection } from '../../../core/contract/api/browse.ts'
import { listAnnotations } from '../../../core/project/annotations.ts'
import { outdatedImages } from '../../../core/project/browse/measure-images.ts'
import { writeMeasures } from '../../../core/project/browse/measures.ts'
import { changeAll, redoChange, undoChange, type Changed } from '../../../core/project/labels/change.ts'
import { labelHistory } from '../../../core/project/labels/history.ts'
import { copyWhenDue } from '../../../core/project/recovery/copies.ts'
import { log } from '../../tasks/process/log.ts'
import type { HandlersOf } from '../context.ts'
import type { OpenProject, Session } from '../session.ts'

/** Label maps up to this number are measured before the call returns; more are measured by a job. */
const mostAtOnce = 200

/** Measures that depend on the label are right again when this resolves, or a job is queued for them. */
async function measureAgain({ project, reader, queue }: OpenProject): Promise<void> {
  for (const { id } of listAnnotations(project)) {
    const images = outdatedImages(project, id, mostAtOnce + 1)
    if (images.length > mostAtOnce) {
      const waits = queue
        .list()
        .some(
          ({ request, state }) => request.kind === 'score' && request.annotation === id && state === 'queued',
        )
      if (!waits) queue.add({ kind: 'score', annotation: id })
    } else if (images.length > 0) {
      const rows = await reader.ask('quick', 'measure', { annotation: id, images })
      if (rows.length > 0) writeMeasures(project, id, rows)
    }
  }
}

async function afterStep(session: Session, ids: readonly number[] | null, done: Changed): Promise<Changed> {
  if (done.changed === 0) return done
  const opened = session.writable()
  try {
    await measureAgain(opened)
  } catch (error) {
    // The labels are saved; the next scoring measures these maps.
    log.error(`label maps could not be measured for their new labels: ${messageOf(error)}`)
  }
  session.rescore()
  session.imagesChanged(ids === null ? null : [...ids])
  copyWhenDue(opened.project).catch((error: unknown) =>
    log.error(`no copy of the database could be made: ${messageOf(error)}`),
  )
  return done
}

const idsOf = (selection: Selection): number[] | null => ('ids' in selection ? selection.ids : null)

type Names = 'labels.get' | 'labels.set' | 'labels.setTruth' | 'labels.undo' | 'labels.redo'

export const labelHandlers: HandlersOf<Names> = {
  'labels.get': ({ image }, { session }) => labelHistory(session.require().project, image),
  'labels.set': (change, { session }) =>
    afterStep(
      session,
      idsOf(change.selection),
      changeAll(session.writable().project, { ...change, field: 'label' }),
    ),
  'labels.setTruth': (change, { session }) =>
    afterStep(
      session,
      idsOf(change.selection),
      changeAll(session.writable().project, { ...change, field: 'truth' }),
    ),
  'labels.undo': (step, { session }) =>
    afterStep(
      session,
      'image' in step.of ? [step.of.image] : null,
      undoChange(session.writable().project, step),
    ),
  'labels.redo': (step, { session }) =>
    afterStep(
      session,
      'image' in step.of ? [step.of.image] : null,
      redoChange(session.writable().project, step),
    ),
}
