/**
 * The interface through which a task starts a child process, independent of the caller: the command line or the queue.
 */
import type { JobOptions } from './run-job.ts'

/** Runs a job of `electron/tasks/jobs.ts` and resolves with its result; progress and warnings go to the caller. */
export type RunChild = <Result>(
  name: string,
  config: unknown,
  options?: Pick<JobOptions, 'onEvent'>,
) => Promise<Result>
