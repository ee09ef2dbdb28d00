/** The decoding process seen from outside: deaths, hangs, order, and callers that go away. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMedia, type Media } from '../../../../electron/backend/media/index.ts'
import { drop, scratch } from '../host.ts'

const worker = fileURLToPath(new URL('odd-worker.ts', import.meta.url))
let dir: string
let media: Media
beforeEach(() => {
  dir = scratch()
  // A new process takes a while to start on a busy machine, and that counts, too.
  media = createMedia({ worker, parallel: 1, timeoutMs: 10_000 })
})
afterEach(async () => {
  await media.close()
  drop(dir)
})
const wish = (name: string, signal?: AbortSignal, modified = 1) =>
  media.picture({ file: join(dir, name), stamp: { size: 1, modified }, kind: 'display', side: 10 }, signal)
const problem = (promise: Promise<unknown>): Promise<{ code: string; message: string }> =>
  promise.then(
    () => ({ code: 'none', message: '' }),
    (error: unknown) => error as { code: string; message: string },
  )

describe('the decoding process', () => {
  it('dies on one file only: the others are made by the next one, the bad one is not tried again', async () => {
    const results = await Promise.all([problem(wish('die')), wish('a'), wish('b')])
    expect(results[0]).toMatchObject({ code: 'bad-image' })
    expect(results[0].message).toContain('died')
    expect(results[1].width).toBe(1)
    const before = media.pid()
    expect((await problem(wish('die'))).code).toBe('bad-image')
    expect(media.pid()).toBe(before)
    // Another file in its place is.
    expect((await problem(wish('die', undefined, 2))).code).toBe('bad-image')
    expect(media.pid()).not.toBe(before)
  })

  it('makes the picture of another file in the place of one again', async () => {
    const seen = new Set<unknown>()
    for (const picture of await Promise.all([wish('a'), wish('a'), wish('a', undefined, 2)]))
      seen.add(picture)
    expect(seen.size).toBe(2)
  })

  it('that was killed from outside costs nobody a picture', async () => {
    expect((await wish('once')).width).toBe(1)
  })

  it('that hangs is ended, and only its file is bad', async () => {
    const [hung, other] = await Promise.all([problem(wish('hang')), wish('a')])
    expect(hung.message).toContain('took more than')
    expect(other.width).toBe(1)
  })

  it('makes the newest wish first, once for all who wait, and none that nobody waits for', async () => {
    const done: string[] = []
    const life = new AbortController()
    const first = wish('0')
    const others = ['1', '2', '3', '3'].map(name => wish(name).then(() => done.push(name)))
    const left = problem(wish('4', life.signal))
    life.abort()
    expect((await left).code).toBe('cancelled')
    await Promise.all([first, ...others])
    expect(done).toEqual(['3', '3', '2', '1'])
  })
})
