/** The one error type of the project: a code for programs, a sentence for people, and details for both. */

/** What went wrong, in the terms a caller can act on. Codes are stable; messages are not. */
export type ErrorCode =
  | 'usage' // the options or numbers of a call are wrong
  | 'not-found' // a named thing does not exist
  | 'bad-image' // a file that should be an image is not a readable one
  | 'bad-model' // an ONNX file that cannot be read or does not fit its purpose
  | 'unsupported' // a valid input that this program cannot handle, with what would work
  | 'bad-label-map' // a label map or shard that cannot be trusted
  | 'bad-project' // a project folder that cannot be opened
  | 'bad-data' // any other file from outside that cannot be read
  | 'mismatch' // two inputs that do not fit together (class file and model, checkpoint and student)
  | 'locked' // another process holds the project
  | 'busy' // a running job prevents the request
  | 'conflict' // someone else has changed it: read it again
  | 'no-project' // no project is open
  | 'forbidden' // a request from a forbidden origin
  | 'disk' // full, read-only, or failing storage
  | 'diverged' // training met NaN or infinity
  | 'cancelled' // the user stopped it

/** An error with a code, a message that names the thing, the reason and the way out, and JSON-safe details. */
export class RelabelError extends Error {
  readonly code: ErrorCode
  readonly detail: Record<string, unknown>

  constructor(code: ErrorCode, message: string, detail: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'RelabelError'
    this.code = code
    this.detail = detail
  }
}

/** Throws a {@link RelabelError}; an expression, so that it can follow `??`. */
export function fail(
  code: ErrorCode,
  message: string,
  detail: Record<string, unknown> = {},
  cause?: unknown,
): never {
  throw new RelabelError(code, message, detail, cause)
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
