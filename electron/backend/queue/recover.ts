/** Recovers jobs that were waiting or running when the project was last closed. */
import type { Job } from '../../../core/contract/api/jobs.ts'
import { isOwnJob } from '../../../core/project/job-mark.ts'
import { countInterruption, jobLog, listJobs, requeueFirst, updateJob } from '../../../core/project/jobs.ts'
import type { Project } from '../../../core/project/project.ts'
import { purposeOf, resumes } from './kinds/index.ts'

/** A job that was interrupted this often is paused, because it may be the cause (by using up memory, for example). */
const mostInterruptions = 3

/**
 * Running jobs go to the front of the queue if they can continue; pausing ones are paused. Jobs that this
 * installation, whose key is `key`, was not asked for wait until a person resumes them.
 */
export function recover(project: Project, key: string): void {
  const jobs = listJobs(project).filter(({ state }) => ['queued', 'running', 'pausing'].includes(state))
  for (const job of jobs.reverse())
    if (!isOwnJob(project, job.id, key)) holdBack(project, job)
    else if (job.state === 'pausing') updateJob(project, job.id, { state: 'paused' })
    else if (job.state === 'running' && resumes(job)) goOn(project, job.id)
    else if (job.state === 'running') giveUp(project, job.id)
}

/** Pauses a job that came with the project. */
export function holdBack(project: Project, job: Job): void {
  const message = `this job came with the project and was not asked for on this machine, so it waits. It would ${purposeOf(job)}. Resume it if you want that; cancel it if you do not.`
  updateJob(project, job.id, {
    state: 'paused',
    error: { code: 'foreign', message, detail: { request: job.request }, log: [] },
  })
}

function giveUp(project: Project, id: number): void {
  updateJob(project, id, {
    state: 'failed',
    ended: new Date().toISOString(),
    error: {
      code: 'internal',
      message: 'the program ended while this job ran; start it again',
      detail: {},
      log: jobLog(project, id),
    },
  })
}

function goOn(project: Project, id: number): void {
  const times = countInterruption(project, id)
  if (times < mostInterruptions) {
    requeueFirst(project, id)
    return
  }
  const message = `the program ended ${times} times while this job ran, so it waits: it may be the reason (memory, for example). Resume it to try again.`
  updateJob(project, id, {
    state: 'paused',
    error: { code: 'interrupted', message, detail: { times }, log: jobLog(project, id) },
  })
}
