/** Supervising the backend with real child processes: ready, death and restart, giving up, an orderly end. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startBackend, type BackendState } from '../../../electron/shell/backend.ts'
import type { Places } from '../../../electron/shell/places.ts'

const dir = mkdtempSync(join(tmpdir(), 'relabel-supervise-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const times = { attempts: 3, windowMs: 60_000, waitMs: 20, graceMs: 10_000 }

/** A backend of a few lines; `life` says what it does after it is ready. */
function child(name: string, life: string): Places {
  const backend = join(dir, `${name}.mjs`)
  writeFileSync(backend, `import { appendFileSync } from 'node:fs'\n${life}`)
  return { node: process.execPath, backend, renderer: dir, sealed: null, home: dir }
}

const ready = `console.log(JSON.stringify({ ready: true, socket: process.argv[process.argv.indexOf('--socket') + 1] }))`

const reach = (backend: ReturnType<typeof startBackend>, wanted: BackendState): Promise<void> =>
  new Promise(resolve => {
    if (backend.state() === wanted) resolve()
    backend.onState(state => state === wanted && resolve())
  })

test('a backend that ends when its stdin ends is stopped in order', async () => {
  const file = join(dir, 'ended.txt')
  const life = `${ready}; process.stdin.resume().on('end', () => { appendFileSync(${JSON.stringify(file)}, 'in order'); process.exit(0) })`
  const backend = startBackend(child('orderly', life), [], times)
  expect(await backend.socket()).toMatch(/backend\.sock$|pipe/)
  await backend.stop()
  expect(readFileSync(file, 'utf8')).toBe('in order')
  await expect(
    startBackend(child('orderly-2', life), [], times)
      .stop()
      .then(() => 'stopped'),
  ).resolves.toBe('stopped')
})

test('one that dies once is started again, and says so', async () => {
  const file = join(dir, 'starts.txt')
  const life = `appendFileSync(${JSON.stringify(file)}, 'x'); ${ready}
    import { readFileSync } from 'node:fs'
    if (readFileSync(${JSON.stringify(file)}, 'utf8').length === 1) setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50)
    process.stdin.resume().on('end', () => process.exit(0))`
  const states: BackendState[] = []
  const backend = startBackend(child('once', life), [], times)
  backend.onState(state => states.push(state))
  await reach(backend, 'restarted')
  expect(states).toEqual(['ready', 'lost', 'restarted'])
  expect(backend.log().join('\n')).toContain('SIGKILL')
  await backend.socket()
  await backend.stop()
})

test('one that dies again and again is given up with its last words', async () => {
  const backend = startBackend(
    child('hopeless', `console.error('no such database'); process.exit(3)`),
    [],
    times,
  )
  await expect(backend.socket()).rejects.toThrow(/died 3 times: no such database/)
  expect(backend.state()).toBe('failed')
  await backend.stop()
})
