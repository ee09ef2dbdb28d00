/** The desktop app on a stand-in for Electron with a real backend and a real Chromium: start, work, crash, quit. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { browserPath } from '../../e2e/browser.ts'
import { buildRenderer, seedSample } from '../../e2e/template.ts'
import { childrenOf } from '../children.ts'
import { drive, removeBundle, type Driven } from './drive.ts'

const homes: string[] = []
const running: Driven[] = []

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'relabel-home-'))
  homes.push(home)
  return home
}

async function start(home = newHome()): Promise<Driven> {
  const app = await drive(home)
  running.push(app)
  return app
}

beforeAll(() => buildRenderer())
afterEach(async () => {
  await Promise.all(running.splice(0).map(app => app.end()))
})
afterAll(async () => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
  await removeBundle()
})

/** One call of the API from inside the page, as the renderer makes it. */
async function call<Answer>(page: Page, name: string, input: object = {}): Promise<Answer> {
  const answer = await page.evaluate(
    async ([to, what]) => {
      const response = await fetch(`/api/call/${to}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(what),
      })
      return { ok: response.ok, body: (await response.json()) as unknown }
    },
    [name, input] as const,
  )
  if (!answer.ok) throw new Error(JSON.stringify(answer.body))
  return answer.body as Answer
}

/** Process id of the backend: the app's only child that runs its entry. */
function backendPid(app: Driven): number {
  const [pid] = childrenOf(app.child.pid, 'electron/backend/main.ts')
  if (pid === undefined) throw new Error('the app has no backend')
  return pid
}

const edit = (id: string, cell: number): object => ({
  id,
  author: 'test',
  created: '2026-01-01T00:00:00.000Z',
  tool: 'brush',
  operation: { kind: 'set', class: 1, to: null, amount: 5, what: null },
  changes: [{ cell, class: 1, before: null, after: { logit: 5, edit: id } }],
})

interface SampleProject {
  dir: string
  annotation: string | null
  images: number
}

describe.skipIf(!browserPath)('the desktop app', () => {
  test('opens a locked window on the app scheme and offers native dialogs', async () => {
    const home = newHome()
    writeFileSync(join(home, 'update.json'), '{"provider":"generic","url":"https://updates.example/feed"}')
    const app = await start(home)
    const page = await app.page()
    // No key ships with what is not released: a feed alone updates nothing, and says why.
    const box = await app.heard('dialog', one => one.type === 'error')
    expect(JSON.stringify(box.options)).toMatch(/not installed.*no key to verify updates with/)
    const { options } = app.reports.find(one => one.kind === 'window')!
    expect(options).toMatchObject({
      webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true },
    })
    await page.waitForSelector('main')
    const answer = await page.request.get(page.url())
    const policy = answer.headers()['content-security-policy'] ?? ''
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/script-src[^;]*unsafe/)

    app.order({ kind: 'answers', open: ['/somewhere', null] })
    const pick = (): Promise<unknown> =>
      page.evaluate(() =>
        (
          globalThis as unknown as { desktop: { pickFolder(o: object): Promise<unknown> } }
        ).desktop.pickFolder({
          title: 'Pick',
        }),
      )
    expect(await pick()).toBe('/somewhere')
    expect(await pick()).toBeNull()

    app.order({ kind: 'send-from', url: 'https://example.com/' })
    expect(await app.heard('answer')).toMatchObject({
      ok: false,
      message: expect.stringContaining('example.com'),
    })
    app.order({ kind: 'permission', name: 'media' })
    expect(await app.heard('permission')).toMatchObject({ granted: false })
    await page.evaluate('void open("https://example.com/")')
    await page.evaluate('void open("https://arxiv.org/abs/2101.05022")')
    expect(await app.heard('external')).toMatchObject({ url: 'https://arxiv.org/abs/2101.05022' })
    await page.evaluate('void (location.href = "https://example.com/away")')
    expect(page.url()).toMatch(/^http:\/\/127\.0\.0\.1/)
    expect(app.reports.filter(one => one.kind === 'external')).toHaveLength(1)
  })

  test('keeps a correction through a crash of the backend, an orderly end and the next start', async () => {
    const home = newHome()
    await seedSample(home)
    const app = await start(home)
    const page = await app.page()
    await call(page, 'project.openSample')
    const first = await call<SampleProject>(page, 'project.info')
    expect(first.images).toBeGreaterThan(100)
    const annotate = await call<{ id: number }>(page, 'jobs.add', {
      kind: 'annotate',
      request: {
        model: join(first.dir, 'digit-annotator.onnx'),
        classes: null,
        split: 'val',
        size: 128,
        resize: 'squash',
        mean: [0.25, 0.25, 0.25],
        std: [0.2, 0.2, 0.2],
        topK: 5,
        batch: 8,
        logits: 'fp16',
        provider: null,
        threads: null,
        workers: null,
        acceptApproximation: false,
      },
    })
    app.order({ kind: 'focus', focused: false })
    expect(await app.heard('notification')).toMatchObject({ title: expect.stringContaining('annotate') })
    const job = (await call<{ id: number; state: string }[]>(page, 'jobs.list')).find(
      one => one.id === annotate.id,
    )
    expect(job?.state).toBe('done')

    const { annotation } = await call<SampleProject>(page, 'project.info')
    const { items } = await call<{ items: { id: number }[] }>(page, 'browse.page', {
      query: { filter: { splits: ['val'] }, sort: { by: 'name', descending: false } },
      offset: 0,
      limit: 1,
    })
    const image = items[0]!.id
    await call(page, 'corrections.apply', { image, annotation, version: 0, edit: edit('first-edit-01', 3) })

    process.kill(backendPid(app), 'SIGKILL')
    await app.heard('sent', one => one.message === 'lost')
    await app.heard('sent', one => one.message === 'restarted')
    await call(page, 'project.open', { dir: first.dir })
    const kept = await call<{ version: number }>(page, 'corrections.get', { image, annotation })
    expect(kept.version).toBe(1)
    await call(page, 'corrections.apply', { image, annotation, version: 1, edit: edit('second-edit-1', 4) })

    app.order({ kind: 'menu', id: 'quit' })
    await app.heard('quit')
    expect(await app.ended).toBe(0)
    expect(JSON.parse(readFileSync(join(home, 'window.json'), 'utf8'))).toMatchObject({
      bounds: { width: 1200, height: 800 },
    })

    const again = await start(home)
    const secondPage = await again.page()
    await again.heard('menu', menu => menu.labels.some(label => label.includes('sample')))
    await call(secondPage, 'project.open', { dir: first.dir })
    expect(
      await call<{ version: number }>(secondPage, 'corrections.get', { image, annotation }),
    ).toMatchObject({
      version: 2,
      history: [{ id: 'first-edit-01' }, { id: 'second-edit-1' }],
    })
  })

  test('asks before it ends while a job runs, and pauses the job where that is wanted', async () => {
    const home = newHome()
    await seedSample(home)
    const app = await start(home)
    const page = await app.page()
    await call(page, 'project.openSample')
    const { id } = await call<{ id: number }>(page, 'jobs.add', {
      kind: 'train',
      recipe: {
        student: 'digits_student',
        supervision: 'onehot',
        size: 64,
        epochs: 500,
        batch: 32,
        valSplit: null,
      },
    })
    await expect
      .poll(
        async () =>
          (await call<{ id: number; state: string }[]>(page, 'jobs.list')).find(one => one.id === id)?.state,
      )
      .toBe('running')

    app.order({ kind: 'answers', message: [2] })
    app.order({ kind: 'close-window' })
    await app.heard('dialog', one => one.type === 'message')
    app.order({ kind: 'answers', message: [0] })
    app.order({ kind: 'close-window' })
    await app.heard('window-hidden')
    app.order({ kind: 'second-instance' })
    await app.heard('window-shown')
    app.order({ kind: 'answers', message: [1] })
    app.order({ kind: 'menu', id: 'quit' })
    await app.heard('quit')
    expect(await app.ended).toBe(0)

    const again = await start(home)
    const next = await again.page()
    await call(next, 'project.openSample')
    const jobs = await call<{ id: number; state: string }[]>(next, 'jobs.list')
    expect(jobs.find(one => one.id === id)?.state).toBe('paused')
    expect(existsSync(join(home, 'window.json'))).toBe(true)
  })
})
