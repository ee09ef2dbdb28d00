/** Looking for updates with the real electron-updater on the stand-in for Electron, and a feed on a real server. */
import { fork, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { signRelease } from '../../../../build/packaging/sign.ts'
import { feedReader, updateFeed } from '../../../../electron/shell/update/feed.ts'
import { releaseName, targetHere } from '../../../../electron/shell/update/release.ts'
import type { Look, Looked } from '../stand-in/update-driver.ts'

const dir = mkdtempSync(join(tmpdir(), 'relabel-update-'))
const at = (...names: string[]): string => join(dir, ...names)
const requests: string[] = []
let server: Server
let app: ChildProcess
let origin: string

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const shipped = publicKey.export({ type: 'spki', format: 'pem' }) as string
const name = 'relabel-studio-0.2.0.AppImage'
const program = `#!/bin/sh\necho "$0" > ${at('started')}\n`

beforeAll(async () => {
  for (const folder of ['feed', 'home/resources', 'bin']) mkdirSync(at(folder), { recursive: true })
  writeFileSync(at('private.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(at('bin', 'relabel-studio-0.1.0.AppImage'), 'the old one')
  writeFileSync(at('home', 'app-update.yml'), readFileSync('build/packaging/resources/app-update.yml'))
  server = createServer((request, response) => {
    const file = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname).replace(/^\/feed\//, '')
    requests.push(file)
    expect(JSON.stringify(request.headers)).not.toContain('staging')
    if (existsSync(at('feed', file))) response.end(readFileSync(at('feed', file)))
    else response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  writeFileSync(at('home', 'update.json'), '{"provider":"generic","url":"https://updates.example/feed"}')
  const standIn = join(import.meta.dirname, '..', 'stand-in')
  app = fork(join(standIn, 'update-driver.ts'), [], {
    execArgv: ['--import', join(standIn, 'register.ts')],
    env: {
      ...process.env,
      STAND_IN_HOME: at('home'),
      STAND_IN_RESOURCES: at('home'),
      STAND_IN_FEED: origin,
      APPIMAGE: at('bin', 'relabel-studio-0.1.0.AppImage'),
      XDG_CACHE_HOME: at('cache'),
    },
  })
  await once(app, 'message')
})
afterAll(() => {
  app.kill('SIGKILL')
  server.close()
  rmSync(dir, { recursive: true, force: true })
})

/** A feed with version 0.2.0, and an app that has the key. */
beforeEach(async () => {
  rmSync(at('cache'), { recursive: true, force: true })
  writeFileSync(at('feed', name), program)
  await signRelease({
    target: targetHere(),
    version: '0.2.0',
    files: [at('feed', name)],
    key: at('private.pem'),
    shipped,
  })
  writeFileSync(at('home', 'resources', 'update-key.pem'), shipped)
  requests.length = 0
})

async function look(answers: Partial<Look> = {}): Promise<Looked> {
  const order: Look = { look: true, version: '0.1.0', download: true, restart: false, ...answers }
  app.send(order)
  const [looked] = (await once(app, 'message')) as [Looked]
  return looked
}

const old = (): string => readFileSync(at('bin', 'relabel-studio-0.1.0.AppImage'), 'utf8')

// What replaces the app is electron-updater's, for each system in its own way; the AppImage can be run here.
describe.skipIf(process.platform !== 'linux')('an update', () => {
  test('is not downloaded without a yes', async () => {
    expect(await look({ download: false })).toEqual({ outcome: 'declined', asked: ['download 0.2.0'] })
    expect(requests.sort()).toEqual([releaseName(targetHere()), `${releaseName(targetHere())}.sig`])
  })

  test('is not installed without a second yes', async () => {
    const looked = await look({ restart: false })
    expect(looked).toEqual({ outcome: 'later', asked: ['download 0.2.0', 'restart 0.2.0'] })
    expect(requests).toContain(name)
    expect(old()).toBe('the old one')
  })

  test.each(['0.2.0', '0.3.0'])('to an earlier or the same version is not offered to %s', async version => {
    expect(await look({ version })).toEqual({ outcome: 'none', asked: [] })
  })

  test('whose file is not the signed one is not installed', async () => {
    writeFileSync(at('feed', name), program.replace('sh', 'as'))
    const { outcome, asked } = await look({ restart: true })
    expect(outcome).toMatch(/failed: .*(sha512|not the file)/)
    expect(asked).toEqual(['download 0.2.0'])
    expect(old()).toBe('the old one')
  })

  test('without a signature, with another one, or without a key, is not even asked about', async () => {
    const document = at('feed', releaseName(targetHere()))
    const signature = readFileSync(`${document}.sig`)
    writeFileSync(document, readFileSync(document, 'utf8').replaceAll('0.2.0', '0.9.0'))
    expect((await look()).outcome).toContain('not signed by the publisher')
    rmSync(`${document}.sig`)
    expect((await look()).outcome).toMatch(/failed: .*has no .*\.sig \(404\)/)
    writeFileSync(`${document}.sig`, signature)
    rmSync(at('home', 'resources', 'update-key.pem'))
    expect(await look()).toMatchObject({ outcome: expect.stringContaining('no key'), asked: [] })
    expect(requests).not.toContain(name)
  })

  test('with two yeses replaces the app and starts the new one', async () => {
    expect((await look({ restart: true })).outcome).toBe('installing')
    await expect.poll(() => existsSync(at('started'))).toBe(true)
    expect(readFileSync(at('bin', name), 'utf8')).toBe(program)
    expect(existsSync(at('bin', 'relabel-studio-0.1.0.AppImage'))).toBe(false)
  })
})

test('updates are off until a feed over https is named', () => {
  const folder = at('feeds')
  mkdirSync(folder)
  expect(updateFeed(folder)).toBeUndefined()
  writeFileSync(join(folder, 'update.json'), '{"provider":"generic","url":"http://example.com/"}')
  expect(updateFeed(folder)).toBeUndefined()
  writeFileSync(join(folder, 'update.json'), '{"provider":"generic","url":"https://example.com/feed"}')
  expect(updateFeed(folder)).toBe('https://example.com/feed/')
})

test('nothing endless is read from a feed', async () => {
  writeFileSync(at('feed', 'large'), Buffer.alloc(2 ** 20 + 1))
  const read = feedReader(`${origin}/feed/`, { fetch: fetch as never })
  await expect(read('large')).rejects.toThrow('too large')
})
