/** IPC messages between a job and its parent. */
import type { WireError } from '../../../core/base/wire-error.ts'
import type { JobProgress as Progress } from '../../../core/contract/api/common.ts'

export type { Progress }

/** The context of a job: its signal is aborted when the parent cancels it or disconnects. */
export interface JobContext {
  signal: AbortSignal
  progress(progress: Progress): void
  /** A warning for the user while the job continues. */
  warn(text: string): void
  /** Other data for the parent's `onEvent`; structured-cloneable. */
  event(data: unknown): void
}

/** A job's module: reads its configuration, writes its files, returns plain data. Only the parent writes the database. */
export interface JobModule {
  run(config: never, context: JobContext): Promise<unknown>
}

/** Parent to job. */
export type ToJob = { type: 'start'; config: unknown } | { type: 'cancel' }

/** Job to parent. */
export type FromJob =
  | { type: 'ready' }
  | { type: 'progress'; progress: Progress }
  | { type: 'warning'; text: string }
  | { type: 'event'; data: unknown }
  | { type: 'done'; result: unknown }
  | ({ type: 'failed' } & WireError)
