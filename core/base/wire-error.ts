/** Serializes errors to plain data, to pass them between processes, threads and the network, and restores them. */
import { messageOf, RelabelError, type ErrorCode } from './error.ts'

/**
 * An error as plain data. The code `internal` stands for anything that was not a {@link RelabelError}: a bug in the
 * program.
 */
export interface WireError {
  code: ErrorCode | 'internal'
  message: string
  detail: Record<string, unknown>
  /** For internal errors, if there is one. */
  stack?: string
}

/** What was thrown, as data that every kind of message can carry. */
export function toWire(error: unknown): WireError {
  if (error instanceof RelabelError)
    return { code: error.code, message: error.message, detail: plain(error.detail) }
  const stack = error instanceof Error && error.stack ? { stack: error.stack } : {}
  return { code: 'internal', message: messageOf(error), detail: {}, ...stack }
}

/** Keeps only data that JSON can represent; an error's details may come from anywhere. */
function plain(detail: Record<string, unknown>): Record<string, unknown> {
  try {
    return JSON.parse(JSON.stringify(detail)) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** The error that was given to {@link toWire}: its code, message and details, or its message and stack. */
export function fromWire({ code, message, detail, stack }: WireError): Error {
  if (code !== 'internal') return new RelabelError(code, message, detail)
  const error = new Error(message)
  if (stack) error.stack = stack
  return error
}
