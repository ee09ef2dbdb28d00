/** The states of a job. */
import { z } from 'zod'

const jobStates = ['queued', 'running', 'pausing', 'paused', 'done', 'failed', 'cancelled'] as const
// Marked pure, so that the page, which needs the functions alone, is built without zod.
export const jobState = /* @__PURE__ */ z.enum(jobStates)
export type JobState = z.infer<typeof jobState>

const ended: ReadonlySet<JobState> = new Set(['done', 'failed', 'cancelled'])

/** Whether a job has come to its end. */
export const hasEnded = ({ state }: { state: JobState }): boolean => ended.has(state)

/** Whether its process runs (or is about to stop). */
export const isAtWork = ({ state }: { state: JobState }): boolean =>
  state === 'running' || state === 'pausing'
