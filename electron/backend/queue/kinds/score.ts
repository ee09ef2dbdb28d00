/** The job `score`: measures of an annotation's label maps, written into the database batch by batch. */
import { getAnnotation, listAnnotations, writeSure } from '../../../../core/project/annotations.ts'
import { annotationsToMeasure, measuredAgain } from '../../../../core/project/browse/class-changes.ts'
import { writeMeasures } from '../../../../core/project/browse/measures.ts'
import { measuredCount, outdatedCount } from '../../../../core/project/browse/unmeasured.ts'
import { listJobs } from '../../../../core/project/jobs.ts'
import type { Project } from '../../../../core/project/project.ts'
import type { ScoreConfig, ScoreEvent, ScoreResult } from '../../../tasks/score/job.ts'
import type { Kind } from '../kind.ts'

export const score: Kind<'score'> = {
  resumable: true,
  check: (project, { annotation }) => void getAnnotation(project, annotation),
  async run({ project, request: { annotation }, child, worksOn, changed }) {
    worksOn({ annotation })
    const config: ScoreConfig = { project: project.dir, annotation }
    const { classes } = project
    const result = await child<ScoreResult>('score', config, {
      onEvent(data) {
        // The classes were merged or separated meanwhile; what these measures tell of is no more.
        if (project.classes !== classes) return
        writeMeasures(project, annotation, (data as ScoreEvent).rows)
        changed('images')
      },
    })
    writeSure(project, annotation, result.sure)
    if (project.classes === classes) measuredAgain(project, annotation)
    changed('project')
    return result
  },
}

/** Whether a job that has not begun will measure an annotation. */
export const waitsForScores = (project: Project, annotation: string): boolean =>
  listJobs(project).some(
    ({ request, state }) =>
      request.kind === 'score' && request.annotation === annotation && state === 'queued',
  )

/**
 * Finished annotations of which nothing is measured, not all since the classes changed, or some not of its present label,
 * or of which it is not known what counts as sure, and no job is waiting to.
 */
export function unscored(project: Project): string[] {
  const waiting = new Set(
    listJobs(project).flatMap(({ request, state }) =>
      request.kind === 'score' && !['done', 'cancelled'].includes(state) ? [request.annotation] : [],
    ),
  )
  const again = new Set(annotationsToMeasure(project))
  return listAnnotations(project)
    .filter(
      ({ id, status, sure }) =>
        status === 'done' &&
        !waiting.has(id) &&
        (sure === null ||
          measuredCount(project, id) === 0 ||
          again.has(id) ||
          outdatedCount(project, id) > 0),
    )
    .map(({ id }) => id)
}
