/** What becomes of jobs that were at work when the backend died. */
import { countInterruption, jobLog, listJobs, requeueJob, updateJob } from '../../../core/project/jobs.ts'
import type { Project } from '../../../core/project/project.ts'
import { resumes } from './kinds/index.ts'

/** A job during which the program ended so often waits for somebody: it may be what ends it (memory, say). */
const patience = 3

/** Running jobs are queued again before all others where they can go on; pausing ones are paused. */
export function recover(project: Project): void {
  const ended = new Date().toISOString()
  const stopped = listJobs(project).filter(({ state }) => state === 'running' || state === 'pausing')
  for (const job of stopped.reverse())
    if (job.state === 'pausing') updateJob(project, job.id, { state: 'paused' })
    else if (resumes(job)) goOn(project, job.id)
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

function goOn(project: Project, id: number): void {
  const times = countInterruption(project, id)
  if (times < patience) {
    requeueJob(project, id, 'front')
    return
  }
  const message = `the program ended ${times} times while this job ran, so it waits: it may be the reason (memory, for example). Resume it to try again.`
  updateJob(project, id, {
    state: 'paused',
    error: { code: 'interrupted', message, detail: { times }, log: jobLog(project, id) },
  })
}
