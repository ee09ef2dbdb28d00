/** Passing an API request of the renderer on to the backend's socket, and the answer back as a stream. */
import { request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import { messageOf } from '../../core/base/error.ts'
import type { Backend } from './backend.ts'
import { securityHeaders } from './files.ts'

const passedOn = [
  'accept',
  'content-type',
  'last-event-id',
  'if-none-match',
  'if-modified-since',
  'cache-control',
]
const passedBack = [
  'content-type',
  'content-length',
  'cache-control',
  'etag',
  'last-modified',
  'x-content-type-options',
]

/** What the renderer reads when there is no backend to ask; it tries again by itself. */
function unavailable(reason: string): Response {
  const problem = { code: 'internal', message: `the backend does not answer (${reason})`, detail: {} }
  return Response.json(problem, { status: 503, headers: securityHeaders })
}

/** Forwards one request; waits for a backend that is being started again. */
export async function forward(request: Request, backend: Backend): Promise<Response> {
  let socket: string
  try {
    socket = await backend.socket()
  } catch (error) {
    return unavailable(messageOf(error))
  }
  const { pathname, search } = new URL(request.url)
  const headers: Record<string, string> = { host: 'localhost' }
  for (const name of passedOn) {
    const value = request.headers.get(name)
    if (value !== null) headers[name] = value
  }
  const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined
  if (body) headers['content-length'] = String(body.length)
  return new Promise(resolve => {
    const outgoing = httpRequest(
      {
        socketPath: socket,
        path: pathname + search,
        method: request.method,
        headers,
        signal: request.signal,
      },
      incoming => {
        const answered = new Headers(securityHeaders)
        for (const name of passedBack) {
          const value = incoming.headers[name]
          if (typeof value === 'string') answered.set(name, value)
        }
        const status = incoming.statusCode ?? 502
        const empty = [204, 205, 304].includes(status)
        if (empty) incoming.resume()
        const stream = empty ? null : (Readable.toWeb(incoming) as NodeStream as ReadableStream)
        resolve(new Response(stream, { status, headers: answered }))
      },
    )
    outgoing.on('error', error => resolve(unavailable(messageOf(error))))
    outgoing.end(body)
  })
}
