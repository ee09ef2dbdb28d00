/** A child process for a call: it is cancelled when the caller disconnects. */
import type { RunChild } from '../tasks/process/child.ts'
import { runJob } from '../tasks/process/run-job.ts'

/** Milliseconds that a cancelled child has to end on its own. */
const grace = 2000

/** Runs jobs under the call's signal; their warnings go to `onWarning`. */
export function childOf(signal: AbortSignal | undefined, onWarning?: (text: string) => void): RunChild {
  return (name, config, options) =>
    runJob(name, config, {
      grace,
      ...(signal ? { signal } : {}),
      ...(onWarning ? { onWarning } : {}),
      ...options,
    })
}
