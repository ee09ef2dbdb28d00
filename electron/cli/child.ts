/** The child processes of a command: they end with it, and their messages are shown on stderr. */
import type { RunChild } from '../tasks/process/child.ts'
import { runJob } from '../tasks/process/run-job.ts'
import type { CommandContext } from './action.ts'

/** Starts the child processes of a task; `warn` shows their warnings. */
export function childOf(
  { signal, progress, note }: CommandContext,
  warn: (text: string) => void = note,
): RunChild {
  return (name, config, options) =>
    runJob(name, config, { signal, onProgress: progress.update, onWarning: warn, ...options })
}
