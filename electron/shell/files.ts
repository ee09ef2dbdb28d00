/** Serving the built renderer from disk (or from the asar): known types only, never a path out of its folder. */
import { readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.woff2': 'font/woff2',
}

/** No inline script or style, nothing from elsewhere, no frames. Konva and Vue set styles property by property, which no policy forbids. */
export const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ')

export const securityHeaders: Record<string, string> = {
  'content-security-policy': contentPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** A path below `root`, or null where it leads out of it. */
export function fileOf(root: string, pathname: string): string | null {
  let decoded: string
  try {
    decoded = decodeURIComponent(pathname)
  } catch {
    return null
  }
  if (decoded.includes('\0') || decoded.includes('\\') || decoded.split('/').includes('..')) return null
  const file = join(root, decoded)
  return file.startsWith(root.endsWith(sep) ? root : root + sep) ? file : null
}

/** The file at a path; routes of the page (no ending) are the page itself. */
export async function serveFile(root: string, pathname: string, method: string): Promise<Response> {
  const refuse = (status: number): Response => new Response(null, { status, headers: securityHeaders })
  if (method !== 'GET' && method !== 'HEAD') return refuse(405)
  const ending = extname(pathname)
  const file = fileOf(root, ending === '' ? '/index.html' : pathname)
  const type = types[ending === '' ? '.html' : ending]
  if (file === null || type === undefined) return refuse(404)
  try {
    const bytes = await readFile(file)
    return new Response(method === 'HEAD' ? null : new Uint8Array(bytes), {
      headers: { ...securityHeaders, 'content-type': type, 'cache-control': 'no-cache' },
    })
  } catch {
    return refuse(404)
  }
}
