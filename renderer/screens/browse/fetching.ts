/**
 * Asks for the images of the query: from its beginning, page by page as they come into sight, and again when they
 * changed.
 */
import type { ImageItem } from '../../../core/contract/api/browse.ts'
import type { CallOutput } from '../../../core/contract/api/index.ts'
import { api } from '../../api/client.ts'
import { isAbort } from '../../api/error.ts'
import { useQuery } from '../../stores/query.ts'
import type { State } from '../../stores/state.ts'
import { createTimer } from '../../stores/timer.ts'
import { itemsAt } from './geometry.ts'
import { begun, heldItem, placeIn, refreshed, type ListState, type Place } from './list.ts'
import { createPages } from '../../stores/pages.ts'

/** Items per page. */
const pageSize = 200
/** Interval for refreshing a list that keeps changing, milliseconds. */
const refreshInterval = 400

type Page = CallOutput<'browse.page'>

/** The items of each visible page at an offset, and the list metadata of the last response. */
async function pagesInSight({ grid, offset }: Place, ask: (offset: number) => Promise<Page>) {
  const seen = itemsAt(grid, offset)
  const items = new Map<number, readonly ImageItem[]>()
  let { total } = grid
  let version = 0
  for (let at = Math.floor(seen.first / pageSize); at * pageSize < Math.max(seen.end, 1); at++) {
    const answer = await ask(at * pageSize)
    items.set(at, answer.items)
    version = Math.max(version, answer.version)
    total = answer.total
  }
  return { items, total, version }
}

export function useFetching(state: State<ListState>) {
  const query = useQuery()
  /** Version of the displayed data; the backend increases it when images change. */
  let version = 0
  let control: AbortController | null = null
  const soon = createTimer(() => {
    if (control !== null) refreshSoon()
    else void refresh()
  })

  const pages = createPages<ImageItem>({
    size: pageSize,
    keep: 24,
    parallel: 3,
    fetch: (offset, _, signal) => page(offset, signal),
    arrived: answer => {
      state.set({ tick: state.now().tick + 1, error: null })
      if (answer.version > version || answer.total !== state.now().total) refreshSoon()
    },
    failed: error => state.set({ error }),
  })

  const page = (offset: number, signal: AbortSignal): Promise<Page> =>
    api('browse.page', { query: query.query, offset, limit: pageSize }, { signal })

  const refreshSoon = (): void => soon.start(refreshInterval)

  /** Fetches the visible items and a margin around them. */
  function look(): void {
    const { total, grid, offset } = state.now()
    if (total === null) return
    const { first, end } = itemsAt(grid, offset)
    const around = grid.columns * 2
    pages.want(Math.max(0, first - around), Math.min(total, end + around))
  }

  /** Sends one request at a time; shows failures. */
  async function ask(act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    control?.abort()
    const mine = (control = new AbortController())
    try {
      await act(mine.signal)
    } catch (error) {
      if (!mine.signal.aborted && !isAbort(error)) state.set({ error })
    } finally {
      if (control === mine) {
        control = null
        state.set({ loading: false })
      }
    }
  }

  /** Shows the query from its beginning; the old items stay visible until the response arrives. */
  async function load(): Promise<void> {
    state.set({ loading: true })
    await ask(async signal => {
      const answer = await page(0, signal)
      if (signal.aborted) return
      version = answer.version
      pages.replace(new Map([[0, answer.items]]))
      state.set(begun(state.now(), answer.total))
    })
  }

  /** Refreshes a changed list; the anchored image keeps its position on the screen. */
  async function refresh(): Promise<void> {
    if (state.now().total === null || control !== null) return
    await ask(async signal => {
      const place = await locate(signal)
      const seen = await pagesInSight(place, from => page(from, signal))
      if (signal.aborted) return
      version = Math.max(version, seen.version)
      pages.replace(seen.items)
      state.set(refreshed(state.now(), place, seen.total))
      look()
    })
  }

  /** The current index of the anchored image. */
  async function locate(signal: AbortSignal): Promise<Place> {
    const held = heldItem(state.now())
    const item = pages.get(held)
    const { offset, total } = item
      ? await api('browse.place', { query: query.query, id: item.id }, { signal })
      : { offset: null, ...(await api('browse.count', query.query, { signal })) }
    // The user may have scrolled since.
    return placeIn(state.now(), held, offset, total)
  }

  /** Resets everything for another project. */
  function forget(): void {
    pages.clear()
    version = 0
    state.set({ total: null })
  }

  return { pages, load, look, refreshSoon, forget, isKnown: (newest: number) => newest === version }
}
