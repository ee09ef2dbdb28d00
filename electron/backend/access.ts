/**
 * Who may ask, where the backend listens on a TCP port: whoever opened the address with the token of this launch, from
 * pages of ours. Other programs of this machine, and pages of other sites, reach the port too.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { RelabelError } from '../../core/base/error.ts'
import { problemResponse } from './problem.ts'

/** The door of one launch. */
export interface Access {
  /** Opened once, it lets the browser in. */
  url(port: number): string
  /** An answer that ends the request (a refusal, or the redirect of the first visit), or null to let it pass. */
  check(request: Request, port: number): Response | null
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Equality in a time that does not depend on where the texts differ. */
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

/** Makes a token that nobody can guess and that ends with this process. */
export function createAccess(token: string = randomBytes(32).toString('base64url')): Access {
  // Cookies are shared by all ports of a host: the name keeps two launches apart.
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
      // Another port of this machine is another program, although browsers call it the same site.
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
