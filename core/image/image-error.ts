/** What went wrong with one image in another thread, as our error. */
import { RelabelError, type ErrorCode } from '../base/error.ts'
import type { PlainError } from './serve.ts'
import { WorkerDied } from './worker-pool.ts'

/** An error that crossed a thread, or the end of the thread itself, as an error about `file`. */
export function imageError(file: string, error: unknown): RelabelError {
  if (error instanceof RelabelError) return error
  if (error instanceof WorkerDied)
    return new RelabelError('bad-image', `${file}: the decoder died on it (${error.message})`, {
      file,
      reason: `the decoder died on it (${error.message})`,
    })
  const { code, message, detail } = error as PlainError
  if (code === 'internal')
    return new RelabelError('bad-image', `${file}: ${message}`, { file, reason: message })
  return new RelabelError(code as ErrorCode, message, detail)
}
