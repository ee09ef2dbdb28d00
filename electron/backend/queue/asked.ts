/** User actions on a job: pause, resume, cancel, retry, dismiss. */
import { fail } from '../../../core/base/error.ts'
import type { Job } from '../../../core/contract/api/jobs.ts'
import { hasEnded, isAtWork } from '../../../core/contract/job-state.ts'
import { removeJob, requeueLast, updateJob } from '../../../core/project/jobs.ts'
import { checkRequest } from './kinds/index.ts'
import { jobOf, pump, tell, type QueueState } from './turns.ts'

function refuse(job: Job, what: string): never {
  return fail('usage', `job ${job.id} is ${job.state}: it cannot be ${what}`, {
    id: job.id,
    state: job.state,
  })
}

export function pause(state: QueueState, id: number): Job {
  const { project } = state.options
  const job = jobOf(state, id)
  if (job.state === 'paused' || job.state === 'pausing') return job
  if (job.state === 'queued') return tell(state, updateJob(project, id, { state: 'paused' }))
  if (job.state !== 'running' || state.attempt?.id !== id) return refuse(job, 'paused')
  const changed = tell(state, updateJob(project, id, { state: 'pausing' }))
  state.attempt.stop()
  return changed
}

export function resume(state: QueueState, id: number): Job {
  const job = jobOf(state, id)
  if (job.state === 'queued' || job.state === 'running') return job
  return job.state === 'paused' ? again(state, id) : refuse(job, 'resumed')
}

export function retry(state: QueueState, id: number): Job {
  const job = jobOf(state, id)
  if (job.state === 'queued') return job
  if (job.state !== 'failed' && job.state !== 'cancelled') return refuse(job, 'queued again')
  checkRequest(state.options.project, job.request)
  return again(state, id)
}

function again(state: QueueState, id: number): Job {
  tell(state, requeueLast(state.options.project, id, state.options.key))
  pump(state)
  return jobOf(state, id)
}

export function cancel(state: QueueState, id: number): Job {
  const { project } = state.options
  const job = jobOf(state, id)
  if (job.state === 'cancelled') return job
  if (job.state === 'queued' || job.state === 'paused') {
    const ended = new Date().toISOString()
    return tell(state, updateJob(project, id, { state: 'cancelled', ended, error: null }))
  }
  if (!isAtWork(job) || state.attempt?.id !== id) return refuse(job, 'cancelled')
  // On disk before it is reported, so that it stays cancelled in any case.
  const changed = tell(state, updateJob(project, id, { state: 'cancelled' }))
  state.attempt.stop()
  return changed
}

/** Takes an ended job off the list; a cancelled one whose process is still ending, as soon as that has ended. */
export function dismiss(state: QueueState, id: number): Promise<void> {
  const job = jobOf(state, id)
  if (!hasEnded(job)) refuse(job, 'dismissed before it has ended')
  const remove = (): void => {
    removeJob(state.options.project, id)
    state.options.emit('job.dismissed', { id })
  }
  if (state.attempt?.id !== id) return Promise.resolve(remove())
  return state.attempt.ended.then(() => {
    if (state.closed) return // it is cancelled on disk, and still on the list when the project is open again
    const now = jobOf(state, id)
    if (now.state === 'cancelled') remove()
    else refuse(now, 'dismissed: it was queued again')
  })
}
