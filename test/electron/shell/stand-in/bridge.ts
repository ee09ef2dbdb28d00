/** The protocol handler of the app behind a loopback port, since Chromium alone does not know `app://`. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'

export type SchemeHandler = (request: Request) => Response | Promise<Response>

export const appOrigin = 'app://studio'

/** Serves `handler` as if every request came for the app's own origin; answers are streamed. */
export async function serveScheme(handler: SchemeHandler): Promise<{ server: Server; origin: string }> {
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const aborted = new AbortController()
      outgoing.on('close', () => aborted.abort())
      const headers = new Headers()
      for (const [name, value] of Object.entries(incoming.headers))
        if (typeof value === 'string' && !['host', 'connection', 'origin', 'referer'].includes(name))
          headers.set(name, value)
      const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD'
      const request = new Request(`${appOrigin}${incoming.url ?? '/'}`, {
        method: incoming.method ?? 'GET',
        headers,
        signal: aborted.signal,
        ...(hasBody ? { body: Readable.toWeb(incoming) as unknown as ReadableStream, duplex: 'half' } : {}),
      } as RequestInit)
      const response = await handler(request)
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      if (response.body)
        Readable.fromWeb(response.body as unknown as NodeStream)
          .on('error', () => outgoing.destroy())
          .pipe(outgoing)
      else outgoing.end()
    })().catch((error: unknown) => {
      outgoing.writeHead(500)
      outgoing.end(String(error))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
