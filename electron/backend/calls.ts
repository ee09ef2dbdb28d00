/** `POST /api/call/NAME`: JSON input, validated against the contract, one handler, JSON output. */
import type { Context, Next } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { fail, RelabelError } from '../../core/base/error.ts'
import { calls, type CallName, type Handlers } from '../../core/contract/api/index.ts'
import { log } from '../tasks/process/log.ts'
import type { BackendContext, BackendParts } from './context.ts'
import { problemResponse } from './problem.ts'

const megabyte = 2 ** 20
const sizeLimit = (name: CallName): number => (name === 'corrections.apply' ? 64 : 1) * megabyte

/** Reads up to so many bytes for nothing: a sender that is cut off while it sends does not get the answer. */
async function discard(body: ReadableStream<Uint8Array> | null, most: number): Promise<void> {
  if (!body || body.locked) return
  const reader = body.getReader()
  try {
    for (let left = most; left > 0;) {
      const { done, value } = await reader.read()
      if (done) return
      left -= value.length
    }
  } catch {
    // The sender is gone.
  } finally {
    reader.releaseLock()
  }
}

/** Refuses a call that does not exist, or a body that it does not take, before anything of it is read. */
export async function checkCall(c: Context, next: Next): Promise<Response | void> {
  const name = c.req.param('name') ?? ''
  if (!Object.hasOwn(calls, name))
    return problemResponse(new RelabelError('not-found', `there is no call "${name.slice(0, 100)}"`))
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    return problemResponse(new RelabelError('usage', 'a call takes application/json'), 415)
  const maxSize = sizeLimit(name as CallName)
  const onError = async (): Promise<Response> => {
    await discard(c.req.raw.body, 2 * maxSize)
    const answer = problemResponse(
      new RelabelError('usage', `the input of ${name} is larger than ${maxSize / megabyte} MB`),
      413,
    )
    answer.headers.set('connection', 'close') // a body that is larger still is not read
    return answer
  }
  return bodyLimit({ maxSize, onError })(c, next)
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

/** Answers one call, which {@link checkCall} let pass. */
export async function answerCall(
  request: Request,
  call: CallName,
  handlers: Handlers<BackendContext>,
  parts: BackendParts,
): Promise<Response> {
  const began = performance.now()
  try {
    const handle = handlers[call] as (input: unknown, context: BackendContext) => unknown
    const output = await handle(parse(call, await request.text()), { ...parts, signal: request.signal })
    return Response.json(output, { headers: { 'cache-control': 'no-store' } })
  } catch (error) {
    return problemResponse(error)
  } finally {
    log.debug(`${call} took ${(performance.now() - began).toFixed(0)} ms`)
  }
}
