/** Follows a run's curves: requests new points, one request at a time and at most twice per second. */
import type { RunCurves } from '../../../core/contract/api/training.ts'
import { extend, lastStep } from '../../charts/extend.ts'

/** Milliseconds between two requests. */
export const interval = 500

export interface FollowOptions {
  id: string
  fetch: (id: string, after: number | undefined) => Promise<RunCurves>
  onCurves: (curves: RunCurves) => void
  onError?: (error: unknown) => void
  /** Whether the run is still in progress; when it ends, one last request is sent. */
  running: () => boolean
}

/** Starts; returns a function that stops it. Failed requests are retried. */
export function follow(options: FollowOptions): () => void {
  let known: RunCurves | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  const isStopped = (): boolean => stopped
  async function ask(): Promise<void> {
    // Checked before the request, so that steps written in between are not missed.
    const last = !options.running()
    let failed = false
    try {
      const fresh = await options.fetch(options.id, lastStep(known))
      if (isStopped()) return
      known = extend(known, fresh)
      options.onCurves(known)
    } catch (error) {
      if (isStopped()) return
      failed = true
      options.onError?.(error)
    }
    if (!last || failed) timer = setTimeout(() => void ask(), failed ? 4 * interval : interval)
  }

  void ask()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
