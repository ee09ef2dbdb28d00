/** Converts a failure on one image in another thread to our error. */
import { messageOf, RelabelError } from '../base/error.ts'
import { fromWire, type WireError } from '../base/wire-error.ts'
import { WorkerDied } from './worker-pool.ts'

/** Converts an error from a thread, or the end of that thread, to an error about `file`. */
export function imageError(file: string, error: unknown): RelabelError {
  if (error instanceof RelabelError) return error
  if (error instanceof WorkerDied)
    return new RelabelError('bad-image', `${file}: the decoder died on it (${error.message})`, {
      file,
      reason: `the decoder died on it (${error.message})`,
      passing: true,
    })
  const told = fromWire(error as WireError)
  if (told instanceof RelabelError) return told
  return new RelabelError('bad-image', `${file}: ${told.message}`, { file, reason: told.message })
}

/**
 * Whether an error says nothing about what is in the file (it is away, may not be read, the memory was used up), so that the
 * next attempt may succeed with the file as it is.
 */
export const isPassing = (error: unknown): boolean =>
  error instanceof RelabelError && error.detail['passing'] === true

/** Why an image cannot be used, without the file's name. */
export function reasonOf(error: unknown): string {
  const reason = error instanceof RelabelError ? error.detail['reason'] : undefined
  return typeof reason === 'string' ? reason : messageOf(error)
}
