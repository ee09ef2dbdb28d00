/** Errors of writing files, in the project's terms. */
import { messageOf, RelabelError } from '../base/error.ts'

/** What a failed write means to a user: code `disk`. */
export function asDiskError(error: unknown, file: string): RelabelError {
  if (error instanceof RelabelError) return error
  const code = String((error as { code?: unknown } | null)?.code ?? '')
  const full = /^(ENOSPC|EDQUOT|EFBIG)$/.test(code)
  const message = full
    ? `there is no room left to write ${file}; free some space and repeat: nothing stored before is lost`
    : `${file} cannot be written (${messageOf(error)})`
  return new RelabelError('disk', message, { file, reason: code }, error)
}
