/** The grid's list: the images of the query, and which are visible, active and selected. */
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import type { ImageItem } from '../../../core/contract/api/browse.ts'
import { onEvent } from '../../api/events.ts'
import { useProject } from '../../stores/project.ts'
import { useQuery } from '../../stores/query.ts'
import { createState, readable } from '../../stores/state.ts'
import { useFetching } from './fetching.ts'
import type { GridGeometry } from './geometry.ts'
import { firstList, laidOut, scrolled, wentTo, type ListState } from './list.ts'
import type { Picked } from './selection.ts'

export const useBrowse = defineStore('browse', () => {
  const query = useQuery()
  const project = useProject()
  const state = createState(firstList)
  const { pages, load, look, refreshSoon, forget, isKnown } = useFetching(state)
  let inSight = false
  let stale = false

  function item(index: number): ImageItem | undefined {
    void state.fields.tick.value
    return pages.get(index)
  }

  /** The visible range changed: fetch it. */
  function turn(next: ListState): void {
    state.set(next)
    look()
  }

  /** While hidden, the list is not refreshed; pending changes are loaded when it is visible again. */
  function show(sight: boolean): void {
    inSight = sight
    if (inSight && stale) changed()
  }

  function changed(): void {
    stale = !inSight
    if (inSight) refreshSoon()
  }

  watch(
    () => query.query,
    () => void load(),
  )
  watch(
    () => project.info?.dir,
    (dir, before) => {
      if (dir === before) return
      forget()
      if (before !== undefined) query.set({ filter: {}, sort: { by: 'name', descending: false } })
      if (dir !== undefined) void load()
    },
    { immediate: true },
  )
  watch(
    () => project.info?.annotation,
    () => refreshSoon(),
  )
  onEvent('images', ({ version }) => {
    if (!isKnown(version)) changed()
  })
  onEvent('reset', () => changed())

  return readable(state, {
    activeItem: computed(() => item(state.fields.active.value)),
    item,
    load,
    look,
    show,
    refreshSoon,
    layOut: (grid: GridGeometry) => turn(laidOut(state.now(), grid)),
    scrollTo: (offset: number) => turn(scrolled(state.now(), offset)),
    /** Makes an item active and scrolls to it. */
    go: (index: number, middle = false) => turn(wentTo(state.now(), index, middle)),
    /** Makes a visible item active. */
    activate: (index: number) => state.set({ active: index }),
    pick: (picked: Picked) => state.set({ picked }),
    find: (id: number) => pages.find(one => one.id === id),
    update(change: (item: ImageItem) => ImageItem) {
      pages.update(change)
      state.set({ tick: state.now().tick + 1 })
    },
  })
})
