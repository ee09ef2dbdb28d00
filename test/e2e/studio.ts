/**
 * A studio for a test: the real backend on a copy of a small project, and a page of a real browser with a fresh
 * profile.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type Browser, type Page, type Request, type Route } from 'playwright-core'
import { expect, inject, TestRunner } from 'vitest'
import type { CallInput, CallName, CallOutput } from '../../core/contract/api/index.ts'
import { callUrl } from '../../core/contract/api/urls.ts'
import { rendererDir } from '../../build/fresh-renderer.ts'
import { buildRenderer, projectTemplate, root, seedSample } from './template.ts'

export interface StudioOptions {
  /** Without: no project is open. */
  project?: boolean
  /** The sample has been made already. */
  sample?: boolean
  /** More of the backend's options. */
  args?: readonly string[]
  viewport?: { width: number; height: number }
  /** Words before the backend's command: a shell that limits it, say. */
  wrap?: readonly string[]
  /** Runs in the page before anything else. */
  init?: string
  /** The browser's language; default: en. */
  locale?: string
}

export interface Studio {
  page: Page
  /** Folder for whatever the test needs; goes with the studio. */
  dir: string
  /** The copied project's folder. */
  project: string
  /** Images that projects can be made of (train, val, test with class folders). */
  scenes: string
  /** What the page complained about, but for failed requests that tests provoke. */
  complaints: string[]
  /** Asks the backend from within the page. */
  call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>>
  /** Goes to a screen: `/browse`. */
  go(path: string): Promise<void>
  /** Opens another copy of the project and reloads the page: a fresh start without another backend and browser window. */
  renew(): Promise<void>
  /** Ends the backend as if it had crashed. */
  kill(): Promise<void>
  /** Starts it again on the same port, without the project being asked for; gives its new address. */
  restart(): Promise<string>
  close(): Promise<void>
}

/** Starts a backend; gives its process and the address it printed. */
async function startBackend(
  args: readonly string[],
  wrap: readonly string[] = [],
): Promise<{ child: ChildProcess; url: string }> {
  const main = join(root, 'electron/backend/main.ts')
  const words = ['--port', '0', '--renderer', rendererDir, '--with-parent', ...args]
  const [command = '', ...rest] = [...wrap, process.execPath, main, ...words]
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  child.stderr?.on('data', chunk => (said += String(chunk)))
  for await (const line of createInterface({ input: child.stdout! })) {
    const { url } = JSON.parse(line) as { url?: string }
    if (url) return { child, url }
  }
  throw new Error(`the backend did not start: ${said}`)
}

/** Selects what carries a name for tests. */
export const test = (name: string): string => `[data-test="${name}"]`

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise(resolve => child.once('exit', () => resolve()))

let browser: Promise<Browser> | null = null

/** The browser that all test files share. */
function sharedBrowser(): Promise<Browser> {
  const address = inject('browser')
  if (address === null) throw new Error('there is no browser: skip this test where browserPath is undefined')
  return (browser ??= chromium.connect(address))
}

/** RELABEL_E2E_LATENCY=300: requests wait up to that many milliseconds, each its own, which brings races to light. */
const latency = Number(process.env['RELABEL_E2E_LATENCY'] ?? 0)

async function later(route: Route): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, Math.random() * latency))
  // The page may be gone by now.
  await route.continue().catch(() => undefined)
}

/** What prints the state of each open studio, for a test that has failed. */
const reports = new Set<() => Promise<void>>()
const failed = (): boolean => TestRunner.getCurrentTest()?.result?.state === 'fail'

/** Prints what the open studios show where a test has failed. */
export async function reportFailure(): Promise<void> {
  if (failed()) for (const report of reports) await report()
}

/** What the content security policy refused to pages since the last test. */
const refusals: string[] = []

/** Returns them and resets. */
export const takeRefusals = (): string[] => refusals.splice(0)

/** Fails where a page has loaded, or styled itself by, what its content security policy does not allow. */
export function expectNoRefusals(): void {
  expect(takeRefusals()).toEqual([])
}

/** Follows the requests of a page; the answer prints what it shows, what has the focus and what it waits for. */
function follow(page: Page, complaints: readonly string[]): () => Promise<void> {
  const pending = new Set<Request>()
  page.on('request', request => pending.add(request))
  page.on('requestfinished', request => pending.delete(request))
  page.on('requestfailed', request => pending.delete(request))
  return async () => {
    const shown = await page
      .evaluate<string>(
        `[location.href, document.activeElement?.outerHTML.slice(0, 200), document.body.innerText.slice(0, 3000)].join('\\n')`,
      )
      .catch(String)
    console.error(
      [
        `the page of the failed test: ${shown}`,
        `waiting for: ${[...pending].map(request => request.url()).join(', ')}`,
        `complaints: ${complaints.join(', ')}`,
      ].join('\n'),
    )
  }
}

/** Opens a studio; close it. */
export async function openStudio(options: StudioOptions = {}): Promise<Studio> {
  const { viewport = { width: 1280, height: 800 }, locale = 'en' } = options
  const [template] = await Promise.all([projectTemplate(), buildRenderer()])
  const dir = mkdtempSync(join(tmpdir(), 'relabel-studio-'))
  let copies = 0
  const copy = (): string => {
    const to = join(dir, copies === 0 ? 'project' : `project-${copies}`)
    copies++
    cpSync(join(template, 'project'), to, { recursive: true })
    return to
  }
  let project = copy()
  const home = ['--home', join(dir, 'home')]
  if (options.sample) await seedSample(join(dir, 'home'))
  const opened = options.project === false ? [] : ['--project', project]
  let { child, url } = await startBackend([...home, ...opened, ...(options.args ?? [])], options.wrap)
  const context = await (await sharedBrowser()).newContext({ viewport, locale, colorScheme: 'light' })
  // What is waited for comes when it comes; only a test that would fail anyway waits so long.
  context.setDefaultTimeout(90_000)
  const page = await context.newPage()
  if (options.init) await page.addInitScript(options.init)
  if (latency > 0) await page.route('**/api/**', later)
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => {
    if (message.text().includes('Content Security Policy')) refusals.push(message.text())
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text())
  })
  const report = follow(page, complaints)
  reports.add(report)
  await page.goto(url)
  await page.locator('#content h1').first().waitFor({ state: 'attached' })
  const call: Studio['call'] = async (name, input) => {
    const response = await page.request.post(new URL(callUrl(name), url).href, {
      data: input,
      headers: { origin: new URL(url).origin },
    })
    if (!response.ok()) throw new Error(`${name}: ${await response.text()}`)
    return (await response.json()) as never
  }
  return {
    page,
    dir,
    get project() {
      return project
    },
    scenes: join(template, 'scenes'),
    complaints,
    call,
    async go(path) {
      await page.evaluate(`location.hash = ${JSON.stringify(path)}`)
    },
    async renew() {
      await page.unrouteAll({ behavior: 'ignoreErrors' })
      if (latency > 0) await page.route('**/api/**', later)
      await page.evaluate('localStorage.clear()')
      // The page would follow the change of project.
      await page.goto('about:blank')
      complaints.length = 0
      project = copy()
      await call('project.open', { dir: project })
      await page.goto(new URL('/', url).href)
      await page.locator('#content h1').first().waitFor({ state: 'attached' })
    },
    async kill() {
      child.kill('SIGKILL')
      await ended(child)
    },
    async restart() {
      ;({ child, url } = await startBackend([...home, '--port', new URL(url).port]))
      return url
    },
    async close() {
      reports.delete(report)
      if (failed()) await report()
      await context.close()
      child.kill('SIGTERM')
      await ended(child)
      rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** Resolves when the page has drawn what it knows now, canvases too. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))`)
}

const shots = join(root, 'test/e2e/shots')
const themes = ['light', 'dark'] as const
type Theme = (typeof themes)[number]

/** Does something in both themes, and puts the page's own back. */
async function inThemes(page: Page, act: (theme: Theme) => Promise<void>): Promise<void> {
  const own = await page.evaluate<Theme>('document.documentElement.dataset.theme')
  const set = async (theme: Theme): Promise<void> => {
    await page.evaluate(`document.documentElement.dataset.theme = ${JSON.stringify(theme)}`)
    // Colours fade; on a busy machine that takes as long as it takes.
    await page.evaluate(
      `Promise.allSettled(document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished))`,
    )
    await drawn(page)
  }
  for (const theme of themes) {
    await set(theme)
    await act(theme)
  }
  await set(own)
}

/** Takes a picture in light and in dark: `shots/NAME-light.png`, `shots/NAME-dark.png`. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(shots, { recursive: true })
  await inThemes(page, async theme => {
    // To hide the caret a style element would be put into the page, which its policy refuses.
    await page.screenshot({ path: join(shots, `${name}-${theme}.png`), caret: 'initial' })
  })
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
interface Violation {
  id: string
  impact: string | null
  nodes: { html: string; failureSummary?: string }[]
}

/** What Axe tests in each theme: everything in one, and in the other what depends on colours. */
const rules = { light: {}, dark: { runOnly: ['color-contrast', 'link-in-text-block'] } }

/** Serious and critical findings of Axe in both themes, a line each; a screen is fine where there are none. */
export async function axe(page: Page): Promise<string[]> {
  const found: string[] = []
  await page.evaluate(axeSource)
  await inThemes(page, async theme => {
    const options = { resultTypes: ['violations'], preload: false, ...rules[theme] }
    const violations = await page.evaluate<Violation[]>(
      `axe.run(document, ${JSON.stringify(options)}).then(result => result.violations)`,
    )
    for (const { id, impact, nodes } of violations)
      if (impact === 'serious' || impact === 'critical')
        for (const { html, failureSummary = '' } of nodes)
          found.push(
            `${theme} ${id}: ${html.slice(0, 200)} ${failureSummary.replace(/\s+/g, ' ').slice(0, 300)}`,
          )
  })
  return [...new Set(found)]
}
