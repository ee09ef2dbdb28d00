/** The error of a backend call. */
import type { Problem } from '../../core/contract/api/common.ts'

/** A call that failed. `code` is the backend's, or `offline` (no response) or `internal` (an invalid response). */
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

/** Converts a thrown value to an {@link ApiError}. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError({
    code: 'internal',
    message: error instanceof Error ? error.message : String(error),
    detail: {},
  })
}

/** Whether a call was aborted by its caller; then there is nothing to show. */
export const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError'
