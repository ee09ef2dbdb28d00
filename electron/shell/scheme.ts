/** The `app://` scheme: the renderer's files, and its API calls forwarded to the backend. */
import type { CustomScheme, Session } from 'electron'
import type { Backend } from './backend.ts'
import { serveFile } from './files.ts'
import { forward } from './forward.ts'

/** Behaves like https: a secure origin with fetch, streams and a storage of its own. */
export const privileges: CustomScheme = {
  scheme: 'app',
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
}

export const appHost = 'studio'
export const appUrl = `app://${appHost}/`

/** Answers every request of the scheme; anything that is not ours is not found. */
export function handleScheme(session: Session, renderer: string, backend: Backend): void {
  session.protocol.handle('app', request => {
    const url = new URL(request.url)
    if (url.host !== appHost) return new Response('not found', { status: 404 })
    if (url.pathname.startsWith('/api/')) return forward(request, backend)
    return serveFile(renderer, url.pathname, request.method)
  })
}
