/** `POST /api/call/NAME`: JSON input, validated against the contract, one handler, JSON output. */
import { z } from 'zod'
import { fail, RelabelError } from '../../core/base/error.ts'
import { calls, type CallName, type Handlers } from '../../core/contract/api/index.ts'
import type { BackendContext, BackendParts } from './context.ts'
import { problemResponse } from './problem.ts'

const megabyte = 2 ** 20
const bodyLimit = (name: CallName): number => (name === 'corrections.apply' ? 64 : 1) * megabyte

/** The body as text, or `null` if it is longer than `limit` bytes; never holds more than that in memory. */
async function readBody(request: Request, limit: number): Promise<string | null> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return null
  if (!request.body) return ''
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of request.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += piece.length
    if (bytes > limit) return null
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

/** The parsed input for the handler; throws `usage`, naming the invalid field. */
function parse(name: CallName, text: string): unknown {
  let value: unknown
  try {
    value = text === '' ? {} : JSON.parse(text)
  } catch (error) {
    return fail('usage', `the input of ${name} is not JSON`, {}, error)
  }
  const parsed = calls[name].input.safeParse(value)
  if (parsed.success) return parsed.data
  return fail('usage', `the input of ${name} is not valid: ${z.prettifyError(parsed.error)}`, {
    issues: parsed.error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message })),
  })
}

/** Answers one call. */
export async function answerCall(
  request: Request,
  name: string,
  handlers: Handlers<BackendContext>,
  parts: BackendParts,
): Promise<Response> {
  if (!Object.hasOwn(calls, name))
    return problemResponse(new RelabelError('not-found', `there is no call "${name.slice(0, 100)}"`))
  const call = name as CallName
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    return problemResponse(new RelabelError('usage', 'a call takes application/json'), 415)
  try {
    const limit = bodyLimit(call)
    const text = await readBody(request, limit)
    if (text === null) {
      const answer = problemResponse(
        new RelabelError('usage', `the input of ${call} is larger than ${limit / megabyte} MB`),
        413,
      )
      answer.headers.set('connection', 'close') // the rest of the body is not read
      return answer
    }
    const handle = handlers[call] as (input: unknown, context: BackendContext) => unknown
    const output = await handle(parse(call, text), { ...parts, signal: request.signal })
    return Response.json(output, { headers: { 'cache-control': 'no-store' } })
  } catch (error) {
    return problemResponse(error)
  }
}
