/** Part of `relabel bench studio`: how fast a project of ImageNet's size answers queries, in SQLite only. */
import type { ImageFilter, ImageQuery, ImageSort } from '../../../core/contract/api/browse.ts'
import { openBrowser, type Browser } from '../../../core/project/browse/browser.ts'
import { openProject } from '../../../core/project/project.ts'
import { makeStudioProject, type StudioProjectOptions } from './project.ts'

/** All in milliseconds, after reading ahead except for `cold`, and with empty caches. */
export interface BrowseBench {
  images: number
  /** Opening the project and its first page by name. */
  open: number
  /** A filter with text and a sort, in a browser that has not read ahead. */
  cold: number
  /** Reading ahead for filters and sorts, and its longest step. */
  warmUp: { total: number; longest: number }
  /** Count and first page of 200, by filter and sort. */
  firstPage: Record<string, number>
  /** The slowest of several jumps to arbitrary offsets, by query. */
  jump: Record<string, number>
  /** Place of an image, the slowest of several. */
  place: Record<string, number>
  histograms: Record<string, number>
}

const name: ImageSort = { by: 'name', descending: false }
const sorts: Record<string, ImageSort> = {
  name,
  'name, descending': { by: 'name', descending: true },
  class: { by: 'class', descending: false },
  'class, descending': { by: 'class', descending: true },
  review: { by: 'review', descending: true },
  'review, ascending': { by: 'review', descending: false },
  confidence: { by: 'confidence', descending: false },
}

function filters(classes: number): Record<string, ImageFilter> {
  const some = (count: number): number[] =>
    Array.from({ length: count }, (_, index) => Math.floor((index * classes) / count))
  return {
    all: {},
    'one class': { classes: [Math.floor(classes / 2)] },
    '100 classes': { classes: some(100) },
    '500 classes': { classes: some(500) },
    unlabelled: { classes: [-1] },
    'one predicted': { predicted: [Math.floor(classes / 3)] },
    disagree: { disagree: true },
    agree: { disagree: false },
    'not listed': { listed: false },
    flagged: { review: ['flagged'] },
    'not reviewed': { review: ['none'] },
    problem: { problem: true },
    'confidence 0.2–0.9': { confidence: [0.2, 0.9] },
    'confidence 0.50–0.51': { confidence: [0.5, 0.51] },
    'disagree, sure, not reviewed': { disagree: true, confidence: [0.75, 1], review: ['none'] },
    '100 classes, disagree': { classes: some(100), disagree: true },
    'text n01440764': { text: 'n01440764' },
    'text 000123': { text: '000123' },
    'text .jpeg': { text: '.jpeg' },
    'text 7.jpeg': { text: '7.jpeg' },
    'text 7.jpeg, disagree': { text: '7.jpeg', disagree: true },
    'text 7, agree': { text: '7', disagree: false },
    'text of nothing': { text: 'no such thing' },
  }
}

function timed(action: () => unknown): number {
  const start = performance.now()
  action()
  return Math.round((performance.now() - start) * 10) / 10
}

/** A browser with empty caches. */
function inBrowser<T>(dir: string, action: (browser: Browser) => T): T {
  const project = openProject(dir, { readonly: true })
  try {
    return action(openBrowser(project))
  } finally {
    project.close()
  }
}

/** Creates the project in `cache` if it does not exist yet, and measures it. */
export async function benchBrowse(cache: string, options: StudioProjectOptions = {}): Promise<BrowseBench> {
  const dir = await makeStudioProject(cache, options)
  const all: ImageQuery = { filter: {}, sort: name }
  const open = timed(() => inBrowser(dir, browser => browser.page(all, 0, 200)))
  const cold = timed(() =>
    inBrowser(dir, browser =>
      browser.page({ filter: { text: '7', disagree: false }, sort: sorts['review']! }, 0, 200),
    ),
  )
  return inBrowser(dir, browser => {
    const { total: images } = browser.count(all)
    const steps: number[] = []
    for (let more = true; more;) steps.push(timed(() => (more = browser.warm())))
    const warmUp = { total: steps.reduce((a, b) => a + b, 0), longest: Math.max(...steps) }
    return { images, open, cold, warmUp, ...asked(browser, filters(options.classes ?? 1000)) }
  })
}

/** Every filter with every sort: so many that each is evicted from the cache before its next query. */
function asked(
  browser: Browser,
  named: Record<string, ImageFilter>,
): Pick<BrowseBench, 'firstPage' | 'jump' | 'place' | 'histograms'> {
  const shares = [0.5, 0.37, 0.81, 0.999, 0.05, 0.62]
  const result = { firstPage: {}, jump: {}, place: {}, histograms: {} } as ReturnType<typeof asked>
  const each = (ask: (query: ImageQuery, title: string) => void): void => {
    for (const [sortName, sort] of Object.entries(sorts))
      for (const [filterName, filter] of Object.entries(named))
        ask({ filter, sort }, `${filterName} | ${sortName}`)
  }
  const ids = new Map<string, number[]>()
  each((query, title) => {
    result.firstPage[title] = timed(() => (browser.count(query), browser.page(query, 0, 200)))
    const { total } = browser.count(query)
    if (total === 0) return
    const offsets = shares.map(share => Math.floor(share * Math.max(0, total - 200)))
    result.jump[title] = Math.max(...offsets.map(offset => timed(() => browser.page(query, offset, 200))))
    ids.set(
      title,
      shares.map(share => browser.ids(query, Math.floor(share * (total - 1)), 1)[0]!),
    )
  })
  each((query, title) => {
    const places = (ids.get(title) ?? []).map(id => timed(() => browser.place(query, id)))
    if (places.length > 0) result.place[title] = Math.max(...places)
  })
  for (const [title, filter] of Object.entries(named))
    result.histograms[title] = timed(() => browser.histograms(filter))
  return result
}

/** For each kind of query the median, the maximum, and the query with the maximum. */
export function summary(bench: BrowseBench): Record<string, unknown> {
  const spread = (figures: Record<string, number>): Record<string, unknown> => {
    const sorted = Object.entries(figures).sort((a, b) => a[1] - b[1])
    const [slowest, worst] = sorted.at(-1) ?? ['', 0]
    return { median: sorted[sorted.length >> 1]?.[1] ?? 0, worst, slowest }
  }
  const { open, cold, warmUp, firstPage, jump, place, histograms } = bench
  return {
    open,
    cold,
    warmUp,
    firstPage: spread(firstPage),
    jump: spread(jump),
    place: spread(place),
    histograms: spread(histograms),
  }
}
