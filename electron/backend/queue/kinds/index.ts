/** The kinds of jobs. */
import type { Job, JobKind, JobRequest } from '../../../../core/contract/api/jobs.ts'
import type { Project } from '../../../../core/project/project.ts'
import type { JobWork, Kind } from '../kind.ts'
import { annotate } from './annotate.ts'
import { evaluate } from './evaluate.ts'
import { exporting } from './export.ts'
import { importing } from './import.ts'
import { score } from './score.ts'
import { selfTest } from './self-test.ts'
import { train } from './train.ts'

const kinds: { [Name in JobKind]: Kind<Name> } = {
  annotate,
  evaluate,
  import: importing,
  score,
  train,
  export: exporting,
  'self-test': selfTest,
}

/** Refuses a request that cannot work. */
export function checkRequest(project: Project, request: JobRequest): void {
  ;(kinds[request.kind] as unknown as Kind).check?.(project, request)
}

/** Does a job. */
export function runKind(kind: JobKind, work: JobWork): Promise<unknown> {
  return (kinds[kind] as unknown as Kind).run(work)
}

/** Whether a job goes on after the backend died. */
export const resumes = ({ kind }: Pick<Job, 'kind'>): boolean => kinds[kind].resumable
