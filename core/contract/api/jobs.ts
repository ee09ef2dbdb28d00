/** The job queue: one child process a job, one job at a time, states on disk. */
import { z } from 'zod'
import { annotateRequest } from './annotator.ts'
import { annotationId, runId } from '../ids.ts'
import { call } from './call.ts'
import { moment, nothing, path, problem, progress, splitName } from './common.ts'

const jobStates = ['queued', 'running', 'pausing', 'paused', 'done', 'failed', 'cancelled'] as const

/** What can be queued. */
export const jobRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('import'), split: splitName, dir: path }),
  /** A new annotation; an unfinished one that was asked for in the same words is continued. */
  z.strictObject({ kind: z.literal('annotate'), request: annotateRequest }),
  /** Measures of every label map (confidence, margin, entropy, …) for browsing and review. */
  z.strictObject({ kind: z.literal('score'), annotation: annotationId }),
  /** A new run of a recipe (any part of one), or an existing run to go on with. */
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
  state: z.enum(jobStates),
  created: moment,
  started: moment.nullable(),
  ended: moment.nullable(),
  request: jobRequest,
  progress: progress.nullable(),
  /** Why it failed, with the last lines it printed. */
  error: problem.extend({ log: z.array(z.string()) }).nullable(),
  /** What it gave back; its shape is the kind's. */
  result: z.unknown(),
  /** What it works on. */
  annotation: annotationId.nullable(),
  run: runId.nullable(),
})
export type Job = z.infer<typeof job>

const one = z.object({ id: z.number() })

export const jobCalls = {
  'jobs.list': call(nothing, z.array(job)),
  'jobs.add': call(jobRequest, job),
  /** Stops a running job so that it can go on later; a queued one waits until it is resumed. */
  'jobs.pause': call(one, job),
  'jobs.resume': call(one, job),
  /** Stops it for good. What it has written stays. */
  'jobs.cancel': call(one, job),
  /** Queues a failed or cancelled job again. */
  'jobs.retry': call(one, job),
  /** Takes an ended job off the list. */
  'jobs.dismiss': call(one, nothing),
  'jobs.log': call(one, z.object({ lines: z.array(z.string()) })),
}
