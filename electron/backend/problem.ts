/** Converts errors to `Problem` JSON with an appropriate HTTP status. */
import type { ErrorCode } from '../../core/base/error.ts'
import { toWire } from '../../core/base/wire-error.ts'
import type { Problem } from '../../core/contract/api/common.ts'
import { log } from '../tasks/process/log.ts'

const statuses: Record<ErrorCode | 'internal', number> = {
  usage: 400,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  busy: 409,
  'no-project': 409,
  'bad-image': 422,
  'bad-model': 422,
  unsupported: 422,
  'bad-label-map': 422,
  'bad-project': 422,
  'bad-data': 422,
  mismatch: 422,
  locked: 423,
  cancelled: 499,
  diverged: 500,
  internal: 500,
  disk: 507,
}

/** What was thrown, as JSON. */
function problemOf(error: unknown): Problem {
  const { code, message, detail } = toWire(error)
  if (code !== 'internal') return { code, message, detail }
  return { code, message: `something went wrong in the program: ${message}`, detail }
}

/** The response for an error; `status` if HTTP has a more specific status than the code implies. */
export function problemResponse(error: unknown, status?: number): Response {
  const problem = problemOf(error)
  if (problem.code === 'internal') log.error('a request failed by an error of the program', error)
  const code = Object.hasOwn(statuses, problem.code) ? statuses[problem.code as ErrorCode] : 500
  return Response.json(problem, { status: status ?? code, headers: { 'cache-control': 'no-store' } })
}
