/** What becomes of jobs that were at work when the backend died. */
import { jobLog, listJobs, requeueJob, updateJob } from '../../../core/project/jobs.ts'
import type { Project } from '../../../core/project/project.ts'
import { resumes } from './kinds/index.ts'

/** Running jobs are queued again before all others where they can go on; pausing ones are paused. */
export function recover(project: Project): void {
  const ended = new Date().toISOString()
  const stopped = listJobs(project).filter(({ state }) => state === 'running' || state === 'pausing')
  for (const job of stopped.reverse())
    if (job.state === 'pausing') updateJob(project, job.id, { state: 'paused' })
    else if (resumes(job)) requeueJob(project, job.id, 'front')
    else
      updateJob(project, job.id, {
        ...{ state: 'failed', ended },
        error: {
          code: 'internal',
          message: 'the program ended while this job ran; start it again',
          detail: {},
          log: jobLog(project, job.id),
        },
      })
}
