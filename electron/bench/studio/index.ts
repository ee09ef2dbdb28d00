/** `relabel bench studio`: the studio on a project as large as ImageNet, in SQLite and in a real browser. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { fail } from '../../../core/base/error.ts'
import { random } from '../../../core/base/random.ts'
import { benchBrush, spread, type BrushBench, type Spread } from './brush.ts'
import { openBenchHost } from './host.ts'
import { openProject, pageTools } from './page.ts'
import { makeStudioProject } from './project.ts'
import { benchBrowse, summary } from './sql.ts'

export interface StudioBench {
  images: number
  page: PageBench | string
  /** Milliseconds below the page, median and maximum of each kind. */
  sql: Record<string, unknown>
}

/** All times in milliseconds, measured in the page from the cause to the frame that shows the effect. */
export interface PageBench {
  /** From the start of the backend's process until it responds. */
  backendStart: number
  /** From entering the URL until the frame and the screen are displayed; limit 1,000. */
  firstLoad: number
  /** From opening the project until the grid is filled; limit 1,500. */
  openToGrid: number
  /** The same for reloading the page with the project already open. */
  reloadToGrid: number
  /** Jumps with the scrollbar to 100 random places, each from rest; limit 100. */
  jump: Spread
  /** Maximum number of cells and rows, limit 400; and of elements of any kind in the grid. */
  gridNodes: number
  gridElements: number
  /** By filter and sort, from the new query to the filled grid; limit 200. */
  queries: Record<string, number>
  slowestQuery: number
  /** Brushing on a map of 15×15 cells, K = 5, 1000 classes. */
  brushing: BrushBench | string
  /** kB gzipped: the first load, and all screens together; limit 500. */
  script: { first: number; all: number }
}

const root = fileURLToPath(new URL('../../..', import.meta.url))
const renderer = join(root, 'dist/renderer')

const queries: Record<string, string> = {
  'text 000123': '?text=000123',
  'text of 10 images': '?text=n01440764_00000',
  'one class': '?class=500',
  'one predicted': '?predicted=333',
  flagged: '?review=flagged',
  'not reviewed': '?review=none',
  'label differs': '?disagree=yes',
  'label not in the map': '?listed=no',
  'cannot be read': '?problem=yes',
  'confidence 20–90 %': '?confidence=0.2..0.9',
  'differs, sure, not reviewed, by review score':
    '?disagree=yes&confidence=0.75..1&review=none&sort=review&order=descending',
  'by name, descending': '?order=descending',
  'by class': '?sort=class',
  'by review score': '?sort=review&order=descending',
  'by review score, ascending': '?sort=review',
  'by confidence': '?sort=confidence',
  'by confidence, descending': '?sort=confidence&order=descending',
  'by name': '',
}

/**
 * Creates the project in the user's cache once (takes a minute), and measures. `images`: fewer images for a quick run.
 */
export async function benchStudio(options: { images?: number } = {}): Promise<StudioBench> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'relabel-studio')
  mkdirSync(cache, { recursive: true })
  const dir = await makeStudioProject(cache, options)
  const page = await benchPage(dir)
  const sql = await benchBrowse(cache, options)
  return { images: sql.images, page, sql: summary(sql) }
}

const worst = (figures: Record<string, number>): number => Math.max(...Object.values(figures))

/** Only the part in the page; returns a reason if there is no browser. */
export async function benchPage(dir: string): Promise<PageBench | string> {
  const browser = await launch()
  if (browser === null)
    return 'skipped: there is no Chromium here; install one, or name it in the environment variable CHROMIUM'
  buildRenderer()
  const host = await openBenchHost(renderer)
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    await context.addInitScript(pageTools)
    const page = await context.newPage()
    await page.goto(host.url)
    const firstLoad = await page.evaluate<number>('bench.loaded()')
    const openToGrid = await page.evaluate<number>(openProject(dir))
    const jump = await jumps(page)
    const answers = await ask(page)
    const [gridNodes, gridElements] = await page.evaluate<[number, number]>('[bench.cells, bench.nodes]')
    await page.reload()
    const reloadToGrid = await page.evaluate<number>('bench.usable()')
    await page.close()
    const brushing = await benchBrush(context, host.url)
    return {
      backendStart: host.start,
      firstLoad,
      openToGrid,
      reloadToGrid,
      jump,
      gridNodes,
      gridElements,
      queries: answers,
      slowestQuery: worst(answers),
      brushing,
      script: scriptSize(),
    }
  } finally {
    await browser.close()
    await host.close()
  }
}

async function jumps(page: Page): Promise<Spread> {
  const draw = random(23)
  const times: number[] = []
  for (let i = 0; i < 100; i++) {
    times.push(await page.evaluate<number>(`bench.jump(${draw.next()})`))
    // From rest, so that thumbnails of one place do not delay the next.
    await page.waitForTimeout(200)
  }
  return spread(times)
}

async function ask(page: Page): Promise<Record<string, number>> {
  const times: Record<string, number> = {}
  for (const [name, search] of Object.entries(queries)) {
    times[name] = await page.evaluate<number>(`bench.query(${JSON.stringify(`/browse${search}`)})`)
    // The counts next to the filters follow each change; wait for them, so that they do not delay the next.
    await page.waitForTimeout(700)
  }
  return times
}

/** The sizes of the built files, gzipped. */
function buildRenderer(): void {
  const script = join(root, 'build/build-renderer.mjs')
  const done = spawnSync(process.execPath, [script, '--quiet'], { cwd: root, encoding: 'utf8' })
  if (done.status !== 0) fail('not-found', `the renderer could not be built: ${done.stderr}`)
}

function scriptSize(): { first: number; all: number } {
  const assets = join(renderer, 'assets')
  const html = readFileSync(join(renderer, 'index.html'), 'utf8')
  const sizes = readdirSync(assets)
    .filter(name => name.endsWith('.js'))
    .map(name => ({ name, bytes: gzipSync(readFileSync(join(assets, name))).length }))
  const sum = (list: { bytes: number }[]): number => list.reduce((all, one) => all + one.bytes, 0) / 1000
  return { first: sum(sizes.filter(({ name }) => html.includes(name))), all: sum(sizes) }
}

async function launch(): Promise<Browser | null> {
  const places = [
    process.env['CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ]
  const executablePath = places.find(path => path !== undefined && existsSync(path))
  if (executablePath === undefined) return null
  const { chromium } = await import('playwright-core')
  const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking']
  return chromium.launch({
    executablePath,
    args: [...flags, '--disable-component-update', '--disable-sync'],
  })
}
