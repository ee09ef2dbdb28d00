/** Thinning what a job tells: a few times a second to those who listen, now and then to the disk. */
import type { JobProgress } from '../../../core/contract/api/common.ts'

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
  let toldAt = -Infinity
  let savedAt = performance.now()
  let timer: NodeJS.Timeout | undefined

  function flush(): void {
    timer = undefined
    if (latest === null) return
    toldAt = performance.now()
    tell(latest)
    if (toldAt - savedAt < saveEvery) return
    savedAt = toldAt
    save(latest)
  }
  return {
    latest: () => latest,
    push(progress) {
      latest = progress
      if (timer) return
      const wait = tellEvery - (performance.now() - toldAt)
      if (wait <= 0) flush()
      else timer = setTimeout(flush, wait)
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
