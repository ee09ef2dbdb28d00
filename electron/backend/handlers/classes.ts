/** The project's classes: the list, changes to it, and counts. */
import { messageOf } from '../../../core/base/error.ts'
import { changeClasses, restoreClasses, type ClassesChanged } from '../../../core/project/classes/change.ts'
import { listClasses } from '../../../core/project/classes/list.ts'
import { copyWhenDue } from '../../../core/project/recovery/copies.ts'
import { log } from '../../tasks/process/log.ts'
import type { HandlersOf } from '../context.ts'
import { waitsForScores } from '../queue/kinds/score.ts'
import type { Session } from '../session.ts'

type Names = 'project.classes' | 'classes.change' | 'classes.restore' | 'classes.affected' | 'classes.counts'

/** Tells the pages, and queues the measures that have to be made again. */
function afterChange(session: Session, { changed, remeasure }: ClassesChanged): void {
  if (changed === 0) return
  const { project, queue } = session.writable()
  for (const annotation of remeasure)
    if (!waitsForScores(project, annotation)) queue.add({ kind: 'score', annotation })
  session.changed()
  if (remeasure.length > 0) session.imagesChanged(null)
  copyWhenDue(project).catch((error: unknown) =>
    log.error(`no copy of the database could be made: ${messageOf(error)}`),
  )
}

export const classHandlers: HandlersOf<Names> = {
  'project.classes': (_, { session }) => listClasses(session.require().project),
  'classes.change'({ step, version }, { session }) {
    const result = changeClasses(session.writable().project, step, { version })
    afterChange(session, result)
    const { added, changed, back } = result
    return { version: result.version, added, changed, back }
  },
  'classes.restore'({ patches, version }, { session }) {
    const result = restoreClasses(session.writable().project, patches, version)
    afterChange(session, result)
    return { version: result.version, back: result.back ?? [] }
  },
  'classes.affected': ({ classes }, { session, signal }) =>
    session.require().reader.ask('slow', 'imagesOfClasses', { classes }, signal),
  'classes.counts': (_, { session, signal }) =>
    session.require().reader.ask('slow', 'classCounts', undefined, signal),
}
