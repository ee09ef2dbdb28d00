/** Throttles progress of a job: a few times per second to listeners, occasionally to disk. */
import type { JobProgress } from '../../../core/contract/api/common.ts'
import { createThrottle } from './throttle.ts'

/** Takes a job's progress, however often it comes. */
export interface ProgressFlow {
  latest(): JobProgress | null
  push(progress: JobProgress): void
  /** Drops what is still waiting. */
  stop(): void
}

const tellEvery = 250
const saveEvery = 5000

/** `tell` is called at most every 250 ms and always with the latest in the end; `save` at most every 5 s. */
export function createProgressFlow(
  tell: (progress: JobProgress) => void,
  save: (progress: JobProgress) => void,
): ProgressFlow {
  let latest: JobProgress | null = null
  let savedAt = performance.now()
  const telling = createThrottle(tellEvery, () => {
    if (latest === null) return
    tell(latest)
    if (performance.now() - savedAt < saveEvery) return
    savedAt = performance.now()
    save(latest)
  })
  return {
    latest: () => latest,
    push(progress) {
      latest = progress
      telling.ask()
    },
    stop: telling.drop,
  }
}
