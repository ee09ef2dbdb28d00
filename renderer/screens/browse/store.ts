/** The list that the grid shows: pages of the query, what is in sight, what is active, and what is selected. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { ImageItem } from '../../../core/contract/api/browse.ts'
import { api, isAbort } from '../../api/client.ts'
import { onEvent } from '../../api/events.ts'
import { useProject } from '../../stores/project.ts'
import { useQuery } from '../../stores/query.ts'
import { clampOffset, gridGeometry, itemsAt, lastOffset, reveal } from './geometry.ts'
import type { GridGeometry } from './geometry.ts'
import { createPages } from './pages.ts'
import { nothingPicked } from './selection.ts'
import type { Picked } from './selection.ts'

/** Items a page. */
const pageSize = 200
/** Milliseconds between two looks at a list that keeps changing. */
const calm = 400

export const useBrowse = defineStore('browse', () => {
  const query = useQuery()
  const project = useProject()
  /** Images of the query; null: not known yet. */
  const total = shallowRef<number | null>(null)
  const loading = shallowRef(false)
  const error = shallowRef<unknown>(null)
  /** Raised whenever an item may have changed. */
  const tick = shallowRef(0)
  const active = shallowRef(0)
  const offset = shallowRef(0)
  const picked = shallowRef<Picked>(nothingPicked)
  /** What the grid was last laid out for. */
  const grid = shallowRef<GridGeometry>(
    gridGeometry({ width: 800, height: 600, total: 0, size: 168, caption: 56, gap: 8 }),
  )
  let version = 0
  let control: AbortController | null = null

  const pages = createPages<ImageItem>({
    size: pageSize,
    keep: 24,
    parallel: 3,
    fetch: (from, limit, signal) =>
      api('browse.page', { query: query.query, offset: from, limit }, { signal }),
    arrived: answer => {
      tick.value++
      error.value = null
      if (answer.version > version || answer.total !== total.value) refreshSoon()
    },
    failed: reason => (error.value = reason),
  })

  function item(index: number): ImageItem | undefined {
    void tick.value
    return pages.get(index)
  }

  /** Fetches what is in sight, and a row's worth around it. */
  function look(): void {
    if (total.value === null) return
    const { first, end } = itemsAt(grid.value, offset.value)
    const around = grid.value.columns * 2
    pages.want(Math.max(0, first - around), Math.min(total.value, end + around))
  }

  /** Shows the query from its beginning; what was there stays in sight until the answer is here. */
  async function load(): Promise<void> {
    control?.abort()
    const mine = (control = new AbortController())
    loading.value = true
    try {
      const answer = await api(
        'browse.page',
        { query: query.query, offset: 0, limit: pageSize },
        { signal: mine.signal },
      )
      if (mine.signal.aborted) return
      version = answer.version
      pages.replace(new Map([[0, answer.items]]))
      total.value = answer.total
      offset.value = 0
      active.value = 0
      picked.value = nothingPicked
      error.value = null
      tick.value++
    } catch (reason) {
      if (mine.signal.aborted || isAbort(reason)) return
      error.value = reason
    } finally {
      if (control === mine) {
        control = null
        loading.value = false
      }
    }
  }

  /** Looks again at a list that changed: the image at the top (or the active one, if in sight) keeps its place. */
  async function refresh(): Promise<void> {
    if (total.value === null || control !== null) return
    const mine = (control = new AbortController())
    const { signal } = mine
    try {
      const layout = grid.value
      const sight = itemsAt(layout, offset.value)
      const held = active.value >= sight.first && active.value < sight.end ? active.value : sight.first
      const before = pages.get(held)
      const asked = query.query
      const place = before
        ? await api('browse.place', { query: asked, id: before.id }, { signal })
        : await api('browse.count', asked, { signal }).then(count => ({ offset: null, total: count.total }))
      const now = Math.max(0, Math.min(place.offset ?? held, place.total - 1))
      const rows = Math.floor(now / layout.columns) - Math.floor(held / layout.columns)
      const next = { ...layout, total: place.total, rows: Math.ceil(place.total / layout.columns) }
      next.content = next.rows * next.rowHeight + next.gap
      const to = clampOffset(next, offset.value + rows * layout.rowHeight)
      const seen = itemsAt(next, to)
      const fresh = new Map<number, readonly ImageItem[]>()
      const firstPage = Math.floor(seen.first / pageSize)
      for (let page = firstPage; page * pageSize < Math.max(seen.end, 1); page++) {
        const answer = await api(
          'browse.page',
          { query: asked, offset: page * pageSize, limit: pageSize },
          { signal },
        )
        fresh.set(page, answer.items)
        version = Math.max(version, answer.version)
        place.total = answer.total
      }
      pages.replace(fresh)
      total.value = place.total
      offset.value = to
      active.value = Math.max(0, Math.min(active.value + now - held, place.total - 1))
      if (picked.value.kind === 'all') picked.value = { ...picked.value, total: place.total }
      error.value = null
      tick.value++
      look()
    } catch (reason) {
      if (!signal.aborted && !isAbort(reason)) error.value = reason
    } finally {
      if (control === mine) control = null
    }
  }

  let timer: ReturnType<typeof setTimeout> | null = null
  let inSight = false
  let stale = false

  /** Out of sight the list is left as it is; what changed meanwhile is looked at when it is in sight again. */
  function show(sight: boolean): void {
    inSight = sight
    if (!inSight || !stale) return
    stale = false
    refreshSoon()
  }

  function changed(): void {
    if (inSight) refreshSoon()
    else stale = true
  }

  function refreshSoon(): void {
    timer ??= setTimeout(() => {
      timer = null
      if (control !== null) refreshSoon()
      else void refresh()
    }, calm)
  }

  /** Takes a new layout and keeps the item at the top (or the active one, if in sight) where it is. */
  function layOut(next: GridGeometry): void {
    const before = grid.value
    const sight = itemsAt(before, offset.value)
    grid.value = next
    if (before.columns !== next.columns || before.rowHeight !== next.rowHeight) {
      const held = active.value >= sight.first && active.value < sight.end ? active.value : sight.first
      const shown = offset.value - Math.floor(held / before.columns) * before.rowHeight
      const row = Math.floor(held / next.columns) * next.rowHeight
      offset.value = clampOffset(next, row + shown * (next.rowHeight / before.rowHeight))
    } else offset.value = clampOffset(next, offset.value)
    look()
  }

  function scrollTo(to: number): void {
    offset.value = clampOffset(grid.value, to)
    look()
  }

  /** Makes an item active and brings it into sight. */
  function go(index: number, middle = false): void {
    if (total.value === null || total.value === 0) return
    active.value = Math.max(0, Math.min(total.value - 1, index))
    const to = reveal(grid.value, offset.value, active.value)
    // Far jumps put the item into the middle, so that what is around it can be seen.
    const far = middle || Math.abs(to - offset.value) > grid.value.height
    const half = Math.max(0, (grid.value.height - grid.value.rowHeight) / 2)
    const row = Math.floor(active.value / grid.value.columns) * grid.value.rowHeight
    scrollTo(far ? Math.min(lastOffset(grid.value), row - half) : to)
  }

  function update(change: (item: ImageItem) => ImageItem): void {
    pages.update(change)
    tick.value++
  }

  const activeItem = computed(() => item(active.value))

  watch(
    () => query.query,
    () => void load(),
  )
  watch(
    () => project.info?.dir,
    (dir, before) => {
      if (dir === before) return
      pages.clear()
      version = 0
      total.value = null
      if (before !== undefined) query.set({ filter: {}, sort: { by: 'name', descending: false } })
      if (dir !== undefined) void load()
    },
    { immediate: true },
  )
  watch(
    () => project.info?.annotation,
    () => refreshSoon(),
  )
  onEvent('images', ({ version: newest }) => {
    if (newest !== version) changed()
  })
  onEvent('reset', () => changed())

  return {
    total,
    loading,
    error,
    tick,
    active,
    activeItem,
    offset,
    picked,
    grid,
    item,
    load,
    look,
    show,
    layOut,
    scrollTo,
    go,
    find: (id: number) => pages.find(one => one.id === id),
    update,
    refreshSoon,
  }
})
