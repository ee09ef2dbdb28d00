/** The small parts of the shell that need no window: bounds, links, files, event streams, job watching, menus. */
import { EventEmitter } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { ProjectInfo } from '../../../core/contract/api/project.ts'
import type { Job } from '../../../core/contract/api/jobs.ts'
import { splitEvents } from '../../../electron/shell/event-stream.ts'
import { contentPolicy, fileOf, serveFile } from '../../../electron/shell/files.ts'
import { createJobWatch } from '../../../electron/shell/job-watch.ts'
import { menuTemplate } from '../../../electron/shell/menu.ts'
import { fitBounds, readWindowState, writeWindowState } from '../../../electron/shell/window-state.ts'
import { wordsFor } from '../../../electron/shell/words.ts'

const outside: string[] = []
vi.mock('electron', () => ({ shell: { openExternal: (url: string) => Promise.resolve(outside.push(url)) } }))
const { isOurs, lockContents, lockSession, mayOpen } = await import('../../../electron/shell/security.ts')

const dir = mkdtempSync(join(tmpdir(), 'relabel-shell-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('window bounds', () => {
  const area = { x: 0, y: 0, width: 1920, height: 1080 }

  test('come back as they were while they are on a screen', () => {
    const bounds = { x: 100, y: 50, width: 1200, height: 800 }
    expect(fitBounds({ bounds, maximized: false }, [area])).toEqual(bounds)
  })

  test('whatever was stored, the window fits a work area and can be reached', () => {
    const side = fc.integer({ min: -100_000, max: 100_000 })
    const bounds = fc.record({ x: side, y: side, width: side, height: side })
    const areas = [area, { x: 1920, y: -200, width: 2560, height: 1440 }]
    fc.assert(
      fc.property(bounds, stored => {
        const fitted = fitBounds({ bounds: stored, maximized: false }, areas)
        const reached = areas.some(
          one =>
            fitted.x < one.x + one.width &&
            fitted.x + fitted.width > one.x &&
            fitted.y >= one.y &&
            fitted.y < one.y + one.height,
        )
        return (
          reached &&
          fitted.width >= 960 &&
          fitted.height >= 640 &&
          fitted.width <= 1920 &&
          fitted.height <= 1080
        )
      }),
    )
  })

  test('are kept in a file, and a damaged file is not an error', () => {
    const file = join(dir, 'window.json')
    const state = { bounds: { x: 1, y: 2, width: 1000, height: 700 }, maximized: true }
    writeWindowState(file, state)
    expect(readWindowState(file)).toEqual(state)
    writeFileSync(file, '{"bounds":{"x":"1"}}')
    expect(readWindowState(file)).toBeUndefined()
    expect(readWindowState(join(dir, 'none.json'))).toBeUndefined()
  })
})

describe('links', () => {
  test.each([
    ['https://arxiv.org/abs/2101.05022', true],
    ['https://github.com/', true],
    ['http://github.com/', false],
    ['https://github.com.evil.example/', false],
    ['https://user@github.com/', false],
    ['file:///etc/passwd', false],
    ['javascript:alert(1)', false],
    ['not a link', false],
  ])('%s may be opened outside: %s', (link, allowed) => expect(mayOpen(link)).toBe(allowed))

  test.each([
    ['app://studio/', true],
    ['app://studio/index.html#/browse', true],
    ['app://other/', false],
    ['https://studio/', false],
    [undefined, false],
  ])('%s is our page: %s', (link, ours) => expect(isOurs(link)).toBe(ours))
})

describe('a page that is led elsewhere', () => {
  const arxiv = 'https://arxiv.org/abs/2101.05022'
  /** Whether an event of the page's contents is let through. */
  function isLet(name: string, url: string, more: object = {}): boolean {
    const contents = Object.assign(new EventEmitter(), { setWindowOpenHandler() {} })
    lockContents(contents as unknown as Parameters<typeof lockContents>[0])
    let prevented = false
    contents.emit(name, { url, isMainFrame: true, ...more, preventDefault: () => (prevented = true) })
    return !prevented
  }

  test('stays, by a link, a redirection, a frame or a webview', () => {
    expect(isLet('will-navigate', 'app://studio/index.html')).toBe(true)
    expect(isLet('will-redirect', 'app://studio/index.html')).toBe(true)
    for (const url of [
      arxiv,
      'https://evil.example/',
      'file:///etc/passwd',
      'data:text/html,x',
      'app://other/',
    ]) {
      expect(isLet('will-navigate', url), url).toBe(false)
      expect(isLet('will-redirect', url), url).toBe(false)
      expect(isLet('will-frame-navigate', url, { isMainFrame: false }), url).toBe(false)
    }
    expect(isLet('will-frame-navigate', 'app://studio/', { isMainFrame: false })).toBe(false)
    expect(isLet('will-attach-webview', 'app://studio/')).toBe(false)
  })

  test('opens outside only what a person’s click asked for, once', () => {
    outside.length = 0
    isLet('will-redirect', arxiv)
    isLet('will-frame-navigate', arxiv, { isMainFrame: false })
    expect(outside).toEqual([])
    isLet('will-frame-navigate', arxiv)
    isLet('will-navigate', arxiv)
    expect(outside).toEqual([arxiv])
  })

  test('cannot ask another machine for anything', () => {
    let urls: string[] = []
    let cancelled: boolean | undefined
    const requests = {
      onBeforeRequest(filter: { urls: string[] }, listener: (details: object, answer: Answer) => void) {
        urls = filter.urls
        listener({ url: arxiv }, ({ cancel }) => (cancelled = cancel))
      },
    }
    type Answer = (answer: { cancel: boolean }) => void
    lockSession({
      setPermissionRequestHandler() {},
      setPermissionCheckHandler() {},
      setDevicePermissionHandler() {},
      on() {},
      webRequest: requests,
    } as unknown as Parameters<typeof lockSession>[0])
    expect(urls).toEqual(['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*'])
    expect(cancelled).toBe(true)
  })
})

describe('files of the page', () => {
  const root = join(dir, 'renderer')
  mkdirSync(join(root, 'assets'), { recursive: true })
  writeFileSync(join(root, 'index.html'), '<p>page</p>')
  writeFileSync(join(root, 'assets', 'main.js'), 'x')
  writeFileSync(join(dir, 'secret.json'), '{}')

  test('routes are the page, files have their type, everything has the policy', async () => {
    const page = await serveFile(root, '/browse', 'GET')
    expect(await page.text()).toBe('<p>page</p>')
    expect(page.headers.get('content-security-policy')).toBe(contentPolicy)
    expect(contentPolicy).not.toMatch(/script-src[^;]*unsafe/)
    const script = await serveFile(root, '/assets/main.js', 'GET')
    expect(script.headers.get('content-type')).toMatch(/^text\/javascript/)
    expect(script.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test.each([
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/assets/..%5c..%5csecret.json',
    '/%00.js',
    '/%zz.js',
  ])('%s leads nowhere', async path => {
    expect(fileOf(root, path)).toBeNull()
    expect((await serveFile(root, path, 'GET')).status).toBe(404)
  })

  test('unknown types, missing files and other methods are refused', async () => {
    symlinkSync(join(dir, 'secret.json'), join(root, 'plain'))
    writeFileSync(join(root, 'tool.exe'), 'x')
    expect((await serveFile(root, '/tool.exe', 'GET')).status).toBe(404)
    expect((await serveFile(root, '/none.js', 'GET')).status).toBe(404)
    expect((await serveFile(root, '/', 'POST')).status).toBe(405)
  })
})

test('an event stream gives whole events, however it is cut', () => {
  const text =
    'id: a-1\nevent: job\ndata: {"id":1}\n\n: beat\n\nid: a-2\nevent: images\ndata: {"version":2,\ndata: "ids":null}\n\n'
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 6 }), cuts => {
      const at = [0, ...cuts.sort((a, b) => a - b), text.length]
      let rest = ''
      const events = at.slice(1).flatMap((to, i) => {
        const split = splitEvents(rest + text.slice(at[i], to))
        rest = split.rest
        return split.events
      })
      expect(events).toEqual([
        { id: 'a-1', name: 'job', data: '{"id":1}' },
        { id: 'a-2', name: 'images', data: '{"version":2,"ids":null}' },
      ])
    }),
  )
})

test('only jobs that were seen running count as ended', () => {
  const watch = createJobWatch()
  const job = (id: number, state: Job['state']): { name: 'job'; data: Job } => ({
    name: 'job',
    data: { id, state } as Job,
  })
  expect(watch.take(job(1, 'done'))).toBeUndefined()
  expect(watch.take(job(2, 'running'))).toBeUndefined()
  expect(watch.running()).toBe(true)
  expect(watch.take(job(2, 'pausing'))).toBeUndefined()
  expect(watch.take(job(2, 'failed'))).toMatchObject({ id: 2 })
  expect(watch.running()).toBe(false)
  watch.take(job(3, 'running'))
  expect(watch.take(job(3, 'paused'))).toBeUndefined()
  watch.take(job(4, 'running'))
  const project = (dir: string): { name: 'project'; data: ProjectInfo } => ({
    name: 'project',
    data: { dir } as ProjectInfo,
  })
  watch.take(project('/a'))
  watch.take(job(5, 'running'))
  watch.take(project('/a'))
  expect(watch.running()).toBe(true)
  watch.take({ name: 'project', data: null })
  expect(watch.running()).toBe(false)
})

test('the menu lists recent projects as text and sends commands', () => {
  const send = vi.fn()
  const actions = { send, openProject: vi.fn(), openLink: vi.fn(), quit: vi.fn() }
  const recent = [
    { dir: '/data/cats & <b>dogs</b>', name: 'x', opened: '', missing: false },
    { dir: '/gone', name: 'y', opened: '', missing: true },
  ]
  const [file] = menuTemplate(wordsFor('ko-KR'), recent, actions, false)
  expect(file!.label).toBe('파일')
  const entries = file!.submenu as {
    id?: string
    label?: string
    submenu?: { label: string; click(): void }[]
    click(): void
  }[]
  const recents = entries.find(one => one.submenu)!.submenu!
  expect(recents.map(one => one.label)).toEqual(['/data/cats && <b>dogs</b>'])
  recents[0]!.click()
  expect(send).toHaveBeenCalledWith({ kind: 'open-project', dir: '/data/cats & <b>dogs</b>' })
  entries.find(one => one.id === 'open-sample')!.click()
  expect(send).toHaveBeenLastCalledWith({ kind: 'open-sample' })
})

test('every language has every word, and none is left in English by mistake', () => {
  const english = wordsFor('en-US')
  for (const language of ['zh-CN', 'ko'])
    for (const [key, word] of Object.entries(wordsFor(language))) {
      expect(word).not.toBe('')
      expect(word, key).not.toBe(english[key as keyof typeof english])
    }
})
