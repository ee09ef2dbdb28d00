/** Calls the backend: one typed function for the whole API table. */
import type { CallInput, CallName, CallOutput } from '../../core/contract/api/index.ts'
import type { Problem } from '../../core/contract/api/common.ts'
import { callUrl } from '../../core/contract/api/urls.ts'
import { ApiError, isAbort } from './error.ts'

function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false
  const { code, message } = value as Partial<Problem>
  return typeof code === 'string' && typeof message === 'string'
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Calls `name`; throws {@link ApiError}, or the abort's DOMException if `signal` was aborted. */
export async function api<Name extends CallName>(
  name: Name,
  input: CallInput<Name>,
  options: { signal?: AbortSignal | undefined; keepalive?: boolean } = {},
): Promise<CallOutput<Name>> {
  let response: Response
  let body: unknown
  try {
    response = await fetch(callUrl(name), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
      signal: options.signal ?? null,
      keepalive: options.keepalive ?? false,
    })
    // A response can also break off or be aborted midway; anything but JSON is invalid.
    const text = await response.text()
    body = parse(text)
  } catch (error) {
    if (isAbort(error)) throw error
    throw new ApiError({
      code: 'offline',
      message: 'The backend does not answer. It may be restarting; try again in a moment.',
      detail: { call: name },
    })
  }
  if (response.ok && body !== undefined) return body as CallOutput<Name>
  if (isProblem(body)) throw new ApiError({ ...body, detail: body.detail ?? {} })
  throw new ApiError({
    code: 'internal',
    message: `The backend answered ${name} with status ${response.status}.`,
    detail: { call: name, status: response.status },
  })
}
