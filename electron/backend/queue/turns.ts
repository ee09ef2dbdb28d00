/** Schedules jobs: one attempt at a time, the next when it has ended. */
import { messageOf } from '../../../core/base/error.ts'
import type { Job, JobRequest } from '../../../core/contract/api/jobs.ts'
import { isOwnJob } from '../../../core/project/job-mark.ts'
import { addJob, getJob, nextJob, updateJob } from '../../../core/project/jobs.ts'
import { log } from '../../tasks/process/log.ts'
import { startAttempt, type Attempt } from './attempt.ts'
import { checkRequest } from './kinds/index.ts'
import type { QueueOptions } from './options.ts'
import { holdBack } from './recover.ts'

/** The state of a queue besides the database. */
export interface QueueState {
  options: QueueOptions
  /** The attempt that a child process is at work on. */
  attempt: Attempt | null
  /** Whether anything may be started. */
  begun: boolean
  closed: boolean
  /** Callbacks waiting for the queue to be empty. */
  waiting: (() => void)[]
}

/** A job with its progress of this moment. */
export const live = ({ attempt }: QueueState, job: Job): Job =>
  attempt?.id === job.id ? { ...job, progress: attempt.progress() ?? job.progress } : job

export const jobOf = (state: QueueState, id: number): Job => live(state, getJob(state.options.project, id))

/** Tells of a job as it is now, and gives it. */
export function tell(state: QueueState, job: Job): Job {
  const now = live(state, job)
  state.options.emit('job', now)
  return now
}

/** Queues a job that was asked for. */
export function queueJob(state: QueueState, request: JobRequest): Job {
  const { project, key } = state.options
  checkRequest(project, request)
  const job = tell(state, addJob(project, request, key))
  pump(state)
  return jobOf(state, job.id)
}

/** Starts the next job where none runs. What goes wrong here is for the log: nobody waits for it. */
export function pump(state: QueueState): void {
  const { attempt, begun, closed, options } = state
  if (attempt || closed || !begun || options.project.readonly) return
  try {
    const job = nextOwn(options)
    if (job) start(state, job)
    else for (const done of state.waiting.splice(0)) done()
  } catch (error) {
    log.error(`the next job cannot be started: ${messageOf(error)}`)
  }
}

/** The next job that this installation was asked for; others that are queued wait from now on. */
function nextOwn({ project, key }: QueueOptions): Job | undefined {
  for (;;) {
    const job = nextJob(project)
    if (!job || isOwnJob(project, job.id, key)) return job
    holdBack(project, job)
  }
}

function start(state: QueueState, job: Job): void {
  const { options } = state
  const { project } = options
  const attempt = startAttempt({
    ...options,
    job,
    tell: now => void tell(state, now),
    queue: request => void queueJob(state, request),
  })
  state.attempt = attempt
  log.info(`job ${job.id} (${job.kind}) has started`)
  tell(state, getJob(project, job.id))
  void attempt.ended.then(() => {
    state.attempt = null
    try {
      if (project.db.open) log.info(`job ${job.id} is ${tell(state, getJob(project, job.id)).state}`)
    } catch (error) {
      log.error(`job ${job.id}: its state cannot be read: ${messageOf(error)}`)
    }
    pump(state)
  })
}

/** Pauses the running job and waits for it; nothing is started any more. */
export async function closeQueue(state: QueueState): Promise<void> {
  state.closed = true
  const { attempt, options } = state
  if (!attempt) return
  try {
    if (getJob(options.project, attempt.id).state === 'running')
      tell(state, updateJob(options.project, attempt.id, { state: 'pausing' }))
  } catch (error) {
    log.warn(`job ${attempt.id}: its state cannot be written: ${messageOf(error)}`) // its folder is gone, perhaps; the job must end all the same
  }
  attempt.stop()
  await attempt.ended
}
