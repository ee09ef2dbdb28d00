/** The job queue: one child process per job, one job at a time, states on disk. */
import { z } from 'zod'
import { annotateRequest } from './annotator.ts'
import { annotationId, runId } from '../ids.ts'
import { jobState } from '../job-state.ts'
import { call } from './call.ts'
import { moment, nothing, path, problem, progress, splitName } from './common.ts'

/** What can be queued. */
export const jobRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('import'), split: splitName, dir: path }),
  /** A new annotation; an unfinished one with the same request is continued. */
  z.strictObject({ kind: z.literal('annotate'), request: annotateRequest }),
  /** Measures of every label map (confidence, margin, entropy, …) for browsing and review. */
  z.strictObject({ kind: z.literal('score'), annotation: annotationId }),
  /** A new run of a (partial) recipe, or an existing run to continue. */
  z.strictObject({
    kind: z.literal('train'),
    recipe: z.record(z.string(), z.unknown()),
    run: runId.optional(),
  }),
  z.strictObject({ kind: z.literal('evaluate'), run: runId, split: splitName }),
  z.strictObject({ kind: z.literal('export'), run: runId, best: z.boolean(), out: path, force: z.boolean() }),
  z.strictObject({ kind: z.literal('self-test') }),
])
export type JobRequest = z.infer<typeof jobRequest>
export type JobKind = JobRequest['kind']

export const job = z.object({
  id: z.number(),
  kind: z.enum(['import', 'annotate', 'score', 'train', 'evaluate', 'export', 'self-test']),
  state: jobState,
  created: moment,
  started: moment.nullable(),
  ended: moment.nullable(),
  request: jobRequest,
  progress: progress.nullable(),
  /** Why it failed, with the last lines it printed. */
  error: problem.extend({ log: z.array(z.string()) }).nullable(),
  /** Its result; the shape depends on the kind. */
  result: z.unknown(),
  /** The object it works on. */
  annotation: annotationId.nullable(),
  run: runId.nullable(),
})
export type Job = z.infer<typeof job>

const one = z.object({ id: z.number() })

export const jobCalls = {
  'jobs.list': call(nothing, z.array(job)),
  'jobs.add': call(jobRequest, job),
  /** Stops a running job so that it can continue later; a queued job waits until it is resumed. */
  'jobs.pause': call(one, job),
  'jobs.resume': call(one, job),
  /** Stops it permanently. What it has written is kept. */
  'jobs.cancel': call(one, job),
  /** Queues a failed or cancelled job again. */
  'jobs.retry': call(one, job),
  /** Removes a finished job from the list. */
  'jobs.dismiss': call(one, nothing),
  'jobs.log': call(one, z.object({ lines: z.array(z.string()) })),
}
