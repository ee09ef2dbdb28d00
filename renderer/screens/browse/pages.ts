/** Pages of a long list, fetched as they come into sight, kept for a while, and let go of when the person moves on. */

/** What a page of items came with. */
export interface PageAnswer<Item> {
  items: readonly Item[]
  total: number
  version: number
}

export interface PageOptions<Item> {
  /** Items a page. */
  size: number
  /** Pages kept, the last ones used. */
  keep: number
  /** Requests under way at once. */
  parallel: number
  fetch: (offset: number, limit: number, signal: AbortSignal) => Promise<PageAnswer<Item>>
  /** A page came: `get` answers differently from now on. */
  arrived: (answer: PageAnswer<Item>) => void
  failed: (error: unknown) => void
}

export interface Pages<Item> {
  /** The item at a place; undefined: not there yet. */
  get(index: number): Item | undefined
  /** The place of an item that is kept; −1: not among those. */
  find(matches: (item: Item) => boolean): number
  /** Says which items are in sight, from `first` to before `end`: their pages are fetched, others' requests cancelled. */
  want(first: number, end: number): void
  /** Forgets everything and cancels what is under way. */
  clear(): void
  /** Takes other pages in place of all, in one step, for a list that changed. */
  replace(pages: ReadonlyMap<number, readonly Item[]>): void
  /** Puts another item in the place of one that is kept. */
  update(change: (item: Item) => Item): void
}

export function createPages<Item>(options: PageOptions<Item>): Pages<Item> {
  const { size, keep, parallel } = options
  /** Oldest use first. */
  const kept = new Map<number, readonly Item[]>()
  const underWay = new Map<number, AbortController>()
  let wanted: number[] = []

  function touch(page: number): void {
    const items = kept.get(page)
    if (!items) return
    kept.delete(page)
    kept.set(page, items)
  }

  function put(page: number, items: readonly Item[]): void {
    kept.delete(page)
    kept.set(page, items)
    for (const old of kept.keys()) {
      if (kept.size <= keep) break
      if (!wanted.includes(old)) kept.delete(old)
    }
  }

  function start(): void {
    for (const page of wanted) {
      if (underWay.size >= parallel) return
      if (!kept.has(page) && !underWay.has(page)) void load(page)
    }
  }

  async function load(page: number): Promise<void> {
    const control = new AbortController()
    underWay.set(page, control)
    try {
      const answer = await options.fetch(page * size, size, control.signal)
      if (control.signal.aborted) return
      put(page, answer.items)
      options.arrived(answer)
    } catch (error) {
      if (control.signal.aborted) return
      // Not asked for again until it is wanted anew, so that a failing backend is not asked in a circle.
      wanted = wanted.filter(other => other !== page)
      options.failed(error)
    } finally {
      if (underWay.get(page) === control) underWay.delete(page)
      if (!control.signal.aborted) start()
    }
  }

  function cancel(except: readonly number[]): void {
    for (const [page, control] of underWay)
      if (!except.includes(page)) {
        underWay.delete(page)
        control.abort()
      }
  }

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
      wanted = []
      for (let page = Math.floor(first / size); page * size < end; page++) {
        wanted.push(page)
        touch(page)
      }
      cancel(wanted)
      start()
    },
    clear() {
      wanted = []
      cancel([])
      kept.clear()
    },
    replace(pages) {
      cancel([])
      kept.clear()
      for (const [page, items] of pages) kept.set(page, items)
      start()
    },
    update(change) {
      for (const [page, items] of kept) kept.set(page, items.map(change))
    },
  }
}
