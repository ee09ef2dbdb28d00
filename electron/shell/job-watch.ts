/** Which jobs run, and which just ended: decides about notifications and about quitting. */
import type { ApiEvent } from '../../core/contract/api/events.ts'
import type { Job } from '../../core/contract/api/jobs.ts'
import { isAtWork } from '../../core/contract/job-state.ts'

export interface JobWatch {
  /** Takes an event in; gives the job that ended by it, if one did. */
  take(event: ApiEvent): Job | undefined
  running(): boolean
}

/** Only jobs that were seen running count as ended: after a restart old ones are told again. */
export function createJobWatch(): JobWatch {
  const running = new Set<number>()
  let open: string | undefined
  return {
    take(event) {
      if (event.name === 'project') {
        // Sent for every change of the project; only another project has other jobs.
        if (event.data?.dir !== open) running.clear()
        open = event.data?.dir
      }
      if (event.name !== 'job') return undefined
      const job = event.data
      if (isAtWork(job)) {
        running.add(job.id)
        return undefined
      }
      const was = running.delete(job.id)
      return was && (job.state === 'done' || job.state === 'failed') ? job : undefined
    },
    running: () => running.size > 0,
  }
}
