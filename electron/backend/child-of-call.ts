/** A child process for a call that is waited for: it ends when the caller goes away. */
import type { RunChild } from '../tasks/process/child.ts'
import { runJob } from '../tasks/process/run-job.ts'

/** Milliseconds that a cancelled child gets to end by itself. */
const grace = 2000

/** Runs jobs under the call's signal; what they warn of goes to `onWarning`. */
export function childOf(signal: AbortSignal | undefined, onWarning?: (text: string) => void): RunChild {
  return (name, config, options) =>
    runJob(name, config, {
      grace,
      ...(signal ? { signal } : {}),
      ...(onWarning ? { onWarning } : {}),
      ...options,
    })
}
