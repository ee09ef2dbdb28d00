/** Schemas that several calls share. */
import { z } from 'zod'

/** No input, or no output. */
export const nothing = z.strictObject({})
/** A path on the machine the backend runs on. */
export const path = z.string().min(1).max(4096)
/** Row id of an image. */
export const imageId = z.int().min(1)
/** Index of a class. */
export const classIndex = z
  .int()
  .min(0)
  .max(1 << 24)
/** ISO 8601, UTC. */
export const moment = z.string().max(40)
/** Name of a split. */
export const splitName = z.string().min(1).max(255)
/** Share in 0…1. */
export const share = z.number().min(0).max(1)

/** An error as it is sent. `code` is one of `ErrorCode` or `internal`. */
export const problem = z.object({
  code: z.string(),
  message: z.string(),
  detail: z.record(z.string(), z.unknown()),
})
export type Problem = z.infer<typeof problem>

/** Progress; `rate` and `left` are computed from measured items only. */
export const progress = z.object({
  phase: z.string(),
  done: z.number(),
  total: z.number(),
  /** Items per second. */
  rate: z.number().optional(),
  /** Seconds remaining. */
  left: z.number().optional(),
  note: z.string().optional(),
})
export type JobProgress = z.infer<typeof progress>
