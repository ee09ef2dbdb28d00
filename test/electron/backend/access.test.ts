/** Who is let in, and what is refused with a plain message: real requests to a real backend. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drop, openHost, png, projectOf, scratch, send, type Host } from './host.ts'

let dir: string
let host: Host
beforeAll(async () => {
  dir = scratch()
  await png(join(dir, 'images/cat/1.png'))
  await png(join(dir, 'images/dog/2.png'))
  mkdirSync(join(dir, 'renderer/assets'), { recursive: true })
  writeFileSync(join(dir, 'renderer/index.html'), '<title>the window</title>')
  writeFileSync(join(dir, 'renderer/assets/main-AbCd1234.js'), 'export {}')
  writeFileSync(join(dir, 'secret.txt'), 'secret')
  symlinkSync(join(dir, 'secret.txt'), join(dir, 'renderer/link.txt'))
  host = await openHost([
    '--home',
    join(dir, 'home'),
    '--renderer',
    join(dir, 'renderer'),
    '--project',
    await projectOf(dir),
  ])
})
afterAll(async () => {
  await host.stop()
  drop(dir)
})
const json = { 'content-type': 'application/json' }
const post = (headers: Record<string, string>, body = '{}') =>
  host.ask('/api/call/app.info', { method: 'POST', headers, body })

describe('access', () => {
  it('lets in whoever has the token, by a cookie that scripts and other sites cannot use', async () => {
    const first = await send({ port: host.port }, `/${new URL(host.url).search}`)
    expect(first.status).toBe(303)
    expect(first.headers['location']).toBe('/')
    expect(String(first.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Strict/)
    expect((await host.ask('/')).text).toContain('the window')
    expect((await host.call('app.info')).status).toBe(200)
  })

  it('refuses a request without the token, with another one, or with another launch’s cookie', async () => {
    for (const path of [
      '/',
      '/api/events',
      '/api/images/1/display',
      '/assets/main-AbCd1234.js',
      '/?token=wrong',
      '/?token=',
    ])
      expect((await host.ask(path, { stranger: true })).status, path).toBe(403)
    const wrong = await host.ask('/', { stranger: true, headers: { cookie: `relabel-${host.port}=wrong` } })
    expect(wrong.status).toBe(403)
    expect(wrong.json).toMatchObject({ code: 'forbidden' })
  })

  it('refuses foreign hosts, origins and sites, and says nothing about CORS', async () => {
    const own = `http://127.0.0.1:${host.port}`
    expect((await post({ ...json, origin: own, 'sec-fetch-site': 'same-origin' })).status).toBe(200)
    const foreign: Record<string, string>[] = [
      { host: 'evil.example' },
      { host: `evil.example:${host.port}` },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://localhost:${host.port}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]
    for (const headers of foreign) {
      const answer = await post({ ...json, ...headers })
      expect(answer.status, JSON.stringify(headers)).toBe(403)
      expect(Object.keys(answer.headers).filter(name => name.startsWith('access-control'))).toEqual([])
    }
  })

  it('refuses paths that lead out, however they are written', async () => {
    const paths = [
      '/../secret.txt',
      '/assets/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/..%5c..%5csecret.txt',
      '/%252e%252e%252fsecret.txt',
      '/%c0%ae%c0%ae/secret.txt',
      '/assets/%00',
    ]
    for (const path of paths) {
      const answer = await host.ask(path)
      expect(answer.status, path).toBe(400)
      expect(answer.text).not.toContain('secret\n')
    }
    expect((await host.ask('/link.txt')).status).toBe(404)
  })

  it('takes only JSON of a reasonable size and the right shape', async () => {
    expect((await post({ 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post({ 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415)
    expect((await post(json, '{')).json).toMatchObject({ code: 'usage' })
    const large = await post(json, `{"a":"${'x'.repeat(2 ** 20)}"}`)
    expect(large.status).toBe(413)
    // Of a body without a length no more is read than the call takes.
    const endless = await post({ ...json, 'transfer-encoding': 'chunked' }, `{"a":"${'x'.repeat(2 ** 20)}"}`)
    expect(endless.status).toBe(413)
    expect(endless.json).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/is larger than 1 MB$/),
    })
    expect(endless.headers).toMatchObject({ connection: 'close', 'x-content-type-options': 'nosniff' })
    const edit = await host.call('corrections.apply', { a: 'x'.repeat(2 ** 20) })
    expect(edit.status).toBe(400) // which takes more
    // The answer is read by whoever sent all of it first.
    for (let again = 0; again < 5; again++)
      expect((await host.call('corrections.apply', { a: 'x'.repeat(2 ** 26) })).status).toBe(413)
    const shape = await host.call('project.open', { dir: 5 })
    expect(shape.status).toBe(400)
    expect((shape.json as { message: string }).message).toContain('dir')
    expect((await host.call('no.such.call')).status).toBe(404)
    expect((await host.call('__proto__')).status).toBe(404)
    expect((await host.ask('/api/nothing')).status).toBe(404)
  })

  it('serves the window with caching that fits, and every answer with the security headers', async () => {
    const index = await host.ask('/browse')
    expect(index.headers['content-type']).toContain('text/html')
    expect(index.headers['cache-control']).toBe('no-cache')
    expect(
      (await host.ask('/', { headers: { 'if-none-match': String(index.headers['etag']) } })).status,
    ).toBe(304)
    const asset = await host.ask('/assets/main-AbCd1234.js')
    expect(asset.headers['cache-control']).toContain('immutable')
    expect((await host.ask('/assets/none-AbCd1234.js')).status).toBe(404)
    for (const answer of [
      index,
      asset,
      await host.call('app.info'),
      await host.ask('/', { stranger: true }),
    ]) {
      expect(answer.headers['x-content-type-options']).toBe('nosniff')
      expect(answer.headers['content-security-policy']).toContain("script-src 'self';")
      expect(answer.headers['referrer-policy']).toBe('no-referrer')
    }
  })
})
