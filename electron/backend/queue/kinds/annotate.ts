/** The job `annotate`: an annotation of a split, begun or gone on with, and then its measures. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fail } from '../../../../core/base/error.ts'
import { getAnnotation, listAnnotations } from '../../../../core/project/annotations.ts'
import type { AnnotationRow } from '../../../../core/project/annotations.ts'
import { requireSplit } from '../../../../core/project/images.ts'
import { useAnnotation } from '../../../../core/project/browse/measures.ts'
import type { ClassEntry } from '../../../../core/contract/class-entry.ts'
import { begin, carryOn, checkModel, findSame, requireUsable } from '../../../tasks/annotate/steps.ts'
import { askOf, preprocessingOf, requestOf } from '../../../tasks/annotate/request.ts'
import type { AnnotateRequest } from '../../../tasks/annotate/request.ts'
import { lockTimeout, type JobWork, type Kind } from '../kind.ts'
import { namedClasses } from '../../../tasks/annotate/classes.ts'

export const annotate: Kind<'annotate'> = {
  resumable: true,
  check(project, { request }) {
    requireSplit(project, request.split)
    for (const file of [request.model, request.classes])
      if (file !== null && !existsSync(file)) fail('not-found', `${file} does not exist`, { file })
    preprocessingOf(askOf(request))
  },
  async run(work) {
    const { project } = work
    const ask = askOf(work.request.request)
    const { row, request } = await find(work)
    work.worksOn({ annotation: row.id })
    work.changed('project')
    const result = await carryOn(project, request, row, { ...ask, lockTimeout }, work.child)
    // The first one is shown from now on; later ones when a person says so.
    const finished = listAnnotations(project).filter(({ status }) => status === 'done')
    if (finished.length === 1) await useAnnotation(project, row.id, () => work.changed('images'))
    work.changed('images')
    work.changed('project')
    work.queue({ kind: 'score', annotation: row.id })
    return {
      annotation: row.id,
      ...result,
      skipped: result.skipped.slice(0, 100),
      skippedCount: result.skipped.length,
    }
  },
}

/** The annotation of an earlier attempt, an unfinished one with the same request, or a new one. */
async function find(work: JobWork<'annotate'>): Promise<{ row: AnnotationRow; request: AnnotateRequest }> {
  const { project, job } = work
  const ask = askOf(work.request.request)
  if (job.annotation !== null) {
    const row = getAnnotation(project, job.annotation)
    const { classes } = row.config as { classes: ClassEntry[] }
    const request = await requestOf(project, ask, classes)
    const before = (row.config as AnnotateRequest['config'])['model'] as { sha256: string }
    const now = request.config['model'] as { sha256: string }
    if (before.sha256 !== now.sha256)
      fail('mismatch', `${ask.model} is not the file any more that annotation ${row.id} was begun with`)
    return { row, request }
  }
  const where = { model: resolve(ask.model), split: work.request.request.split }
  const checked = await checkModel(project, ask, where, work.child)
  const request = await requestOf(project, ask, namedClasses(project, checked))
  const same = findSame(project, request)
  if (same) return { row: same, request }
  requireUsable(checked, request, ask)
  return { row: begin(project, request, ask, checked), request }
}
