/** Following a run's curves: asks for what is new, never twice at once and at most twice a second. */
import type { RunCurves } from '../../../core/contract/api/training.ts'
import { extend, lastStep } from '../../charts/extend.ts'

/** Milliseconds between two questions. */
export const interval = 500

export interface FollowOptions {
  id: string
  fetch: (id: string, after: number | undefined) => Promise<RunCurves>
  onCurves: (curves: RunCurves) => void
  onError?: (error: unknown) => void
  /** Whether the run still goes on; when it does not, one last question is asked and that is all. */
  running: () => boolean
}

/** Starts; the answer stops it. A failed question is asked again. */
export function follow(options: FollowOptions): () => void {
  let known: RunCurves | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  const isStopped = (): boolean => stopped
  async function ask(): Promise<void> {
    // Asked before the answer: steps that are written between the two are not missed.
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
