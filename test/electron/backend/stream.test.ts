/** The event stream over HTTP, broken off and resumed. */
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { drop, openHost, scratch, type Host } from './host.ts'

let dir: string
let host: Host
beforeAll(async () => {
  dir = scratch()
  host = await openHost(['--home', join(dir, 'home')])
})
afterAll(async () => {
  await host.stop()
  drop(dir)
})

/** Reads the stream until `enough`, then breaks it off; `ready` is called when it has begun. */
function listen(last: string | null, enough: RegExp, ready: () => void = () => {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { cookie: host.cookie, ...(last === null ? {} : { 'last-event-id': last }) }
    const outgoing = request(
      { host: '127.0.0.1', port: host.port, path: '/api/events', headers },
      incoming => {
        let text = ''
        expect(incoming.headers['content-type']).toContain('text/event-stream')
        incoming.setEncoding('utf8').on('data', (part: string) => {
          if (text === '') ready()
          text += part
          if (!enough.test(text)) return
          outgoing.destroy()
          resolve(text)
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end()
  })
}

it('goes on after a break with what was missed, and says so where that is not known any more', async () => {
  const changes: Promise<unknown>[] = []
  const first = await listen(
    null,
    /event: settings[^]*\n\n/,
    () => void changes.push(host.call('app.settings', { theme: 'dark' })),
  )
  await Promise.all(changes)
  expect(first).toContain('"theme":"dark"')
  const last = [...first.matchAll(/^id: (.+)$/gm)].at(-1)![1]!
  await host.call('app.settings', { theme: 'light' })
  const second = await listen(last, /event: settings[^]*\n\n/)
  expect(second).toContain('"theme":"light"')
  expect(second).not.toContain('"theme":"dark"')
  expect(await listen('another-7', /event: \w+/)).toContain('event: reset')
})

it('tells of an opened project to whoever listens', async () => {
  const asked: Promise<unknown>[] = []
  const heard = await listen(
    null,
    /event: project\ndata: \{[^]*\n\n/,
    () => void asked.push(host.call('project.openSample')),
  )
  await Promise.all(asked)
  expect(heard).toContain('event: opening')
})
