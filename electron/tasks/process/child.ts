/** How an action starts a child process without knowing who watches it: the command line, or the queue. */
import type { JobOptions } from './run-job.ts'

/** Runs a job of `electron/tasks/jobs.ts` and resolves with its result; progress and warnings go where the caller said. */
export type RunChild = <Result>(
  name: string,
  config: unknown,
  options?: Pick<JobOptions, 'onEvent'>,
) => Promise<Result>
