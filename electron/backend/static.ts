/** The renderer's built files: read from one folder, never from outside it. */
import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { RelabelError } from '../../core/base/error.ts'
import { problemResponse } from './problem.ts'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
}

/** Routes of the renderer; all of them serve index.html. */
const routes = new Set(['', 'browse', 'annotate', 'review', 'relabel', 'train', 'runs', 'settings'])

/** Vite names files by their content: `name-B1x2y3z4.js`. */
const hashed = /^\/assets\/.+-[\w-]{8,}\.\w+$/

const missing = (message: string): Response => problemResponse(new RelabelError('not-found', message))

/** Whether a URL path, in any encoding, tries to leave its folder. */
export function leadsOut(rawPath: string): boolean {
  let path = rawPath
  for (let round = 0; round < 4; round++) {
    if (/(^|[/\\])\.\.([/\\?#]|$)/.test(path) || path.includes('\\') || path.includes('\0')) return true
    let next: string
    try {
      next = decodeURIComponent(path)
    } catch {
      return round === 0 // a path that cannot be decoded is not ours
    }
    if (next === path) return false
    path = next
  }
  return true // encoded four times: refuse
}

/** Answers GET and HEAD from `dir`; without a folder every path is missing. */
export function createStatic(dir: string | null): (request: Request) => Promise<Response> {
  let root: string | null = null
  const find = (): string | null => {
    if (root === null && dir !== null)
      try {
        root = realpathSync(dir)
      } catch {
        // It may be built while we run.
      }
    return root
  }

  async function fileAt(base: string, path: string): Promise<string | null> {
    const real = await realpath(join(base, path)).catch(() => null)
    if (real === null || (real !== base && !real.startsWith(base + sep))) return null
    const info = await stat(real)
    return info.isFile() ? real : null
  }

  return async request => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return problemResponse(new RelabelError('usage', 'only GET is answered here'), 405)
    const base = find()
    if (base === null)
      return missing(
        'the user interface has not been built; run "npm run build:renderer" and open this page again',
      )
    const path = decodeURIComponent(new URL(request.url).pathname)
    const isRoute = routes.has(path.split('/')[1] ?? '') && extname(path) === ''
    const file = isRoute ? await fileAt(base, 'index.html') : await fileAt(base, path)
    if (file === null) return missing(`there is nothing at ${path.slice(0, 200)}`)
    const bytes = await readFile(file)
    const etag = `"${createHash('sha1').update(bytes).digest('base64url')}"`
    const headers = {
      'content-type': types[extname(file).toLowerCase()] ?? 'application/octet-stream',
      'cache-control': hashed.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag,
    }
    if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers })
    return new Response(request.method === 'HEAD' ? null : bytes, { headers })
  }
}
