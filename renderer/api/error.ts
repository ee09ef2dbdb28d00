/** What a call of the backend fails with. */
import type { Problem } from '../../core/contract/api/common.ts'

/** A call that failed. `code` is the backend's, or `offline` (no answer) or `internal` (an answer that is not ours). */
export class ApiError extends Error {
  readonly code: string
  readonly detail: Record<string, unknown>

  constructor(problem: Problem) {
    super(problem.message)
    this.name = 'ApiError'
    this.code = problem.code
    this.detail = problem.detail
  }
}

/** Anything that was thrown, as an {@link ApiError}. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError({
    code: 'internal',
    message: error instanceof Error ? error.message : String(error),
    detail: {},
  })
}

/** Whether a call was given up by its caller; nothing to show then. */
export const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError'
