/** Starts the bundled desktop app on the stand-in for Electron, and steers it. */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { bundleElectron } from '../../../build/bundle-electron.ts'
import { browserPath } from '../../e2e/browser.ts'
import type { Order, Report } from './stand-in/control.ts'

const root = join(import.meta.dirname, '..', '..', '..')

export interface Driven {
  child: ChildProcess
  reports: Report[]
  home: string
  order(order: Order): void
  /** The next report that fits, from those not yet waited for. */
  heard<Kind extends Report['kind']>(
    kind: Kind,
    fits?: (report: Extract<Report, { kind: Kind }>) => boolean,
  ): Promise<Extract<Report, { kind: Kind }>>
  /** The page of the window. */
  page(): Promise<Page>
  /** Resolves when the process has ended, with its exit code. */
  ended: Promise<number | null>
  end(): Promise<void>
}

let bundled: Promise<string> | undefined

/** Bundles once a test file. */
function bundle(): Promise<string> {
  bundled ??= (async () => {
    const dir = mkdtempSync(join(tmpdir(), 'relabel-electron-'))
    await bundleElectron(dir)
    return dir
  })()
  return bundled
}

export async function removeBundle(): Promise<void> {
  if (bundled) rmSync(await bundled, { recursive: true, force: true })
}

/** A packed app: its asar's files and its `resources`. */
export interface Packed {
  root: string
  resources: string
}

/** Starts the app with its files in `home`, bundled from the sources or as it was packed. */
export async function drive(home: string, packed?: Packed): Promise<Driven> {
  const dir = packed ? join(packed.root, 'dist', 'electron') : await bundle()
  const register = join(import.meta.dirname, 'stand-in', 'register.ts')
  const child = fork(join(dir, 'main.js'), [], {
    execArgv: ['--import', register],
    env: {
      ...process.env,
      STAND_IN_ROOT: packed?.root ?? root,
      STAND_IN_HOME: home,
      STAND_IN_CHROMIUM: browserPath ?? '',
      ...(packed && { STAND_IN_RESOURCES: packed.resources }),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let printed = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const reports: Report[] = []
  const taken = new Set<Report>()
  const waiting = new Set<() => void>()
  child.on('message', (report: Report) => {
    reports.push(report)
    for (const look of waiting) look()
  })
  const ended = new Promise<number | null>(resolve =>
    child.once('close', code => {
      if (code) console.error(printed) // says why the test is about to fail
      resolve(code)
    }),
  )
  let browser: Browser | undefined

  const heard: Driven['heard'] = (kind, fits = () => true) =>
    new Promise((resolve, reject) => {
      type Wanted = Extract<Report, { kind: typeof kind }>
      const look = (): void => {
        const found = reports.find(one => !taken.has(one) && one.kind === kind && fits(one as Wanted))
        if (!found) return
        taken.add(found)
        waiting.delete(look)
        resolve(found as Wanted)
      }
      waiting.add(look)
      void ended.then(code => reject(new Error(`the app ended (${code}) before "${kind}": ${printed}`)))
      look()
    })

  return {
    child,
    reports,
    home,
    order: order => void child.send(order),
    heard,
    async page() {
      const { cdp, url } = await heard('window')
      browser = await chromium.connectOverCDP(cdp)
      const pages = browser.contexts().flatMap(context => context.pages())
      const page = pages.find(one => one.url().startsWith(url))
      if (!page) throw new Error(`no page of ${url} among ${pages.map(one => one.url()).join(', ')}`)
      return page
    },
    ended,
    async end() {
      await browser?.close().catch(() => undefined)
      child.kill('SIGKILL')
      await ended
    },
  }
}
