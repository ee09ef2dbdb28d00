/** The HTTP server: routes, and the two ways to listen. */
import { chmodSync, lstatSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { fail, RelabelError } from '../../core/base/error.ts'
import type { CallName, Handlers } from '../../core/contract/api/index.ts'
import type { Access } from './access.ts'
import { answerCall, checkCall } from './calls.ts'
import type { BackendContext, BackendParts } from './context.ts'
import { securityHeaders } from './headers.ts'
import { displayAnswer, mapAnswer, thumbnailAnswer } from './pictures.ts'
import { problemResponse } from './problem.ts'
import { createStatic, leadsOut } from './static.ts'

type Env = { Bindings: HttpBindings }

/** What the server is made of. `access` null: whoever reaches the socket may ask. */
export interface ServerParts {
  parts: BackendParts
  handlers: Handlers<BackendContext>
  access: Access | null
  /** The port that is listened on, once it is known. */
  port: () => number
  renderer: string | null
}

function routes({ parts, handlers, access, port, renderer }: ServerParts): Hono<Env> {
  const app = new Hono<Env>()
  const files = createStatic(renderer)
  app.use(async (c, next) => {
    // The address as it was sent: a parsed one has lost its dots.
    const raw = (c.env.incoming.url ?? '/').split('?')[0] ?? '/'
    if (leadsOut(raw))
      c.res = problemResponse(new RelabelError('forbidden', 'this address leads out of its folder'), 400)
    else {
      const refused = access?.check(c.req.raw, port()) ?? null
      if (refused) c.res = refused
      else await next()
    }
    for (const [name, value] of Object.entries(securityHeaders)) c.res.headers.set(name, value)
  })
  app.post('/api/call/:name', checkCall, c =>
    answerCall(c.req.raw, c.req.param('name') as CallName, handlers, parts),
  )
  app.get('/api/events', c => {
    const { signal } = c.req.raw
    return new Response(parts.events.stream(c.req.header('last-event-id'), signal), {
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' },
    })
  })
  app.get('/api/images/:id/thumbnail/:side', c =>
    thumbnailAnswer(c.req.raw, parts, c.req.param('id'), c.req.param('side')),
  )
  app.get('/api/images/:id/display', c => displayAnswer(c.req.raw, parts, c.req.param('id')))
  app.get('/api/images/:id/maps/:annotation', c =>
    mapAnswer(c.req.raw, parts, c.req.param('id'), c.req.param('annotation')),
  )
  app.all('/api/*', () => problemResponse(new RelabelError('not-found', 'the API has no such address')))
  app.all('*', c => files(c.req.raw))
  app.onError(error => problemResponse(error))
  return app
}

/** A server that does not listen yet. */
export function createHttpServer(options: ServerParts): Server {
  const app = routes(options)
  return createAdaptorServer({
    fetch: app.fetch as (request: Request, env: unknown) => Promise<Response>,
    createServer,
    serverOptions: { keepAliveTimeout: 60_000, requestTimeout: 120_000, maxHeaderSize: 16_384 },
  }) as Server
}

/** Listens on 127.0.0.1; gives the port. Rejects with `usage` where it is taken. */
export function listenOnPort(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'another program has it' : error.message
      reject(
        new RelabelError('usage', `port ${port} cannot be used: ${why}; choose another, or 0`, {}, error),
      )
    })
    server.listen({ host: '127.0.0.1', port }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

/** Whether someone answers at a socket. */
const answers = (path: string): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

/** The folder of a socket belongs to this user alone: whoever reaches the socket may do everything. */
async function prepareSocket(path: string): Promise<void> {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const info = statSync(folder)
  const mine = info.uid === process.getuid?.()
  if (mine && (info.mode & 0o077) !== 0 && (info.mode & 0o1000) === 0) chmodSync(folder, 0o700)
  else if (!mine || (info.mode & 0o077) !== 0)
    fail('forbidden', `${folder} is open to others; put the socket into a folder of your own`, { folder })
  const old = lstatSync(path, { throwIfNoEntry: false })
  if (!old) return
  if (!old.isSocket()) fail('usage', `${path} exists and is not a socket; choose another path`, { path })
  if (await answers(path)) fail('locked', `another backend listens at ${path}`, { path })
  rmSync(path, { force: true }) // left by one that was killed
}

/** Listens on a Unix socket or a named pipe. Rejects with `usage`, `locked`, `forbidden`. */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  if (process.platform !== 'win32') await prepareSocket(path)
  const before = process.umask(0o077)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: Error) =>
        reject(new RelabelError('usage', `the socket ${path} cannot be used: ${error.message}`, {}, error)),
      )
      server.listen(path, resolve)
    })
  } finally {
    process.umask(before)
  }
}
