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

const kindOf = <Name extends JobKind>(name: Name): Kind<Name> => kinds[name]

/** Refuses a request that cannot work. */
export function checkRequest(project: Project, request: JobRequest): void {
  kindOf(request.kind).check?.(project, request)
}

/** Does a job. */
export function runKind(kind: JobKind, work: JobWork): Promise<unknown> {
  return kindOf(kind).run(work)
}

const purposes: { [Name in JobKind]: (request: Extract<JobRequest, { kind: Name }>) => string } = {
  annotate: ({ request }) => `run the model ${request.model} over the split "${request.split}"`,
  evaluate: ({ run, split }) => `measure run ${run} on the split "${split}"`,
  import: ({ dir, split }) => `read the images in ${dir} into the split "${split}"`,
  score: ({ annotation }) => `measure the label maps of ${annotation}`,
  train: ({ run }) => (run === undefined ? 'train a model' : `go on with run ${run}`),
  export: ({ run, out }) => `write the model of run ${run} into ${out}`,
  'self-test': () => 'test the machine',
}

/** Describes what a job would do. */
export const purposeOf = ({ kind, request }: Pick<Job, 'kind' | 'request'>): string =>
  (purposes[kind] as (request: JobRequest) => string)(request)

/** Whether a job goes on after the backend died. */
export const resumes = ({ kind }: Pick<Job, 'kind'>): boolean => kinds[kind].resumable
