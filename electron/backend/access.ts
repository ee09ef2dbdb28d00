/**
 * Access control for a backend on a TCP port: only a browser that opened the URL with the token of this launch, from
 * our own pages. Other programs on this machine, and pages of other sites, can reach the port too.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { RelabelError } from '../../core/base/error.ts'
import { problemResponse } from './problem.ts'

/** Access control of one launch. */
export interface Access {
  /** The URL that admits a browser. */
  url(port: number): string
  /** A response that ends the request (a refusal, or the redirect of the first visit), or null to let it pass. */
  check(request: Request, port: number): Response | null
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Constant-time comparison. */
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))

function refuse(reason: string): Response {
  return problemResponse(
    new RelabelError(
      'forbidden',
      `this request is refused: ${reason}; open the address that the program printed`,
    ),
  )
}

function cookieOf(request: Request, name: string): string | undefined {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2)
    if (key === name) return value
  }
  return undefined
}

/** Creates a random token that is valid as long as this process runs. */
export function createAccess(token: string = randomBytes(32).toString('base64url')): Access {
  // Cookies are shared by all ports of a host, so the name distinguishes launches.
  const cookieName = (port: number): string => `relabel-${port}`

  return {
    url: port => `http://127.0.0.1:${port}/?token=${token}`,
    check(request, port) {
      const { headers } = request
      const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
      const host = headers.get('host') ?? ''
      if (!hosts.includes(host)) return refuse('it names another host')
      const origin = headers.get('origin')
      if (origin !== null && origin !== `http://${host}`) return refuse('it comes from another site')
      const site = headers.get('sec-fetch-site')
      // Another port on this machine is another program, although browsers treat it as the same site.
      if (site === 'cross-site' || site === 'same-site') return refuse('it comes from another site')

      const url = new URL(request.url)
      const offered = url.searchParams.get('token')
      if (url.pathname === '/' && offered !== null) {
        if (!same(offered, token)) return refuse('its token is not that of this launch')
        const cookie = `${cookieName(port)}=${token}; HttpOnly; SameSite=Strict; Path=/`
        return new Response(null, {
          status: 303,
          headers: { location: '/', 'set-cookie': cookie, 'cache-control': 'no-store' },
        })
      }
      const cookie = cookieOf(request, cookieName(port))
      if (cookie === undefined || !same(cookie, token)) return refuse('it has no token')
      return null
    },
  }
}
