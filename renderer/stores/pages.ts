/** Pages of a long list, fetched when they become visible, cached for a while, and evicted later. */

/** A page of items. */
export interface PageAnswer<Item> {
  items: readonly Item[]
  total: number
  version: number
}

export interface PageOptions<Item> {
  /** Items per page. */
  size: number
  /** Number of cached pages (least recently used are dropped). */
  keep: number
  /** Requests under way at once. */
  parallel: number
  fetch: (offset: number, limit: number, signal: AbortSignal) => Promise<PageAnswer<Item>>
  /** Called when a page has arrived and `get` may return new items. */
  arrived: (answer: PageAnswer<Item>) => void
  failed: (error: unknown) => void
}

export interface Pages<Item> {
  /** The item at an index; undefined: not loaded yet. */
  get(index: number): Item | undefined
  /** The index of a cached item; −1: not cached. */
  find(matches: (item: Item) => boolean): number
  /** Sets the visible items, from `first` to before `end`: fetches their pages and cancels other requests. */
  want(first: number, end: number): void
  /** Clears the cache and cancels requests in progress. */
  clear(): void
  /** Replaces all pages in one step, for a changed list. */
  replace(pages: ReadonlyMap<number, readonly Item[]>): void
  /** Replaces a cached item. */
  update(change: (item: Item) => Item): void
}

/** The state of the cache. */
interface Cache<Item> {
  options: PageOptions<Item>
  /** Least recently used first. */
  kept: Map<number, readonly Item[]>
  underWay: Map<number, AbortController>
  wanted: number[]
}

function put<Item>({ options, kept, wanted }: Cache<Item>, page: number, items: readonly Item[]): void {
  kept.delete(page)
  kept.set(page, items)
  for (const old of kept.keys()) {
    if (kept.size <= options.keep) break
    if (!wanted.includes(old)) kept.delete(old)
  }
}

function start<Item>(cache: Cache<Item>): void {
  for (const page of cache.wanted) {
    if (cache.underWay.size >= cache.options.parallel) return
    if (!cache.kept.has(page) && !cache.underWay.has(page)) void load(cache, page)
  }
}

async function load<Item>(cache: Cache<Item>, page: number): Promise<void> {
  const { options, underWay } = cache
  const control = new AbortController()
  underWay.set(page, control)
  try {
    const answer = await options.fetch(page * options.size, options.size, control.signal)
    if (control.signal.aborted) return
    put(cache, page, answer.items)
    options.arrived(answer)
  } catch (error) {
    if (control.signal.aborted) return
    // Not requested again until it is needed again, so that a failing backend does not cause a request loop.
    cache.wanted = cache.wanted.filter(other => other !== page)
    options.failed(error)
  } finally {
    if (underWay.get(page) === control) underWay.delete(page)
    if (!control.signal.aborted) start(cache)
  }
}

function cancel<Item>({ underWay }: Cache<Item>, except: readonly number[]): void {
  for (const [page, control] of underWay)
    if (!except.includes(page)) {
      underWay.delete(page)
      control.abort()
    }
}

/** Marks cached pages as recently used. */
function touch<Item>({ kept }: Cache<Item>, pages: readonly number[]): void {
  for (const page of pages) {
    const items = kept.get(page)
    if (!items) continue
    kept.delete(page)
    kept.set(page, items)
  }
}

export function createPages<Item>(options: PageOptions<Item>): Pages<Item> {
  const { size } = options
  const cache: Cache<Item> = { options, kept: new Map(), underWay: new Map(), wanted: [] }
  const { kept } = cache
  return {
    get: index => kept.get(Math.floor(index / size))?.[index % size],
    find(matches) {
      for (const [page, items] of kept) {
        const at = items.findIndex(matches)
        if (at >= 0) return page * size + at
      }
      return -1
    },
    want(first, end) {
      const pages: number[] = []
      for (let page = Math.floor(first / size); page * size < end; page++) pages.push(page)
      cache.wanted = pages
      touch(cache, pages)
      cancel(cache, pages)
      start(cache)
    },
    clear() {
      cache.wanted = []
      cancel(cache, [])
      kept.clear()
    },
    replace(pages) {
      cancel(cache, [])
      kept.clear()
      for (const [page, items] of pages) kept.set(page, items)
      start(cache)
    },
    update(change) {
      for (const [page, items] of kept) kept.set(page, items.map(change))
    },
  }
}
