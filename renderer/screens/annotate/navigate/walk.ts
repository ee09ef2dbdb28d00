/** Navigates between images in the order of the browse query, prefetches the next one, and sets review marks. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { ReviewState } from '../../../../core/contract/review-state.ts'
import { api } from '../../../api/client.ts'
import { translate } from '../../../i18n/index.ts'
import { router } from '../../../navigation/router.ts'
import { useNotices } from '../../../stores/notices.ts'
import { useQuery } from '../../../stores/query.ts'
import { createState, readable } from '../../../stores/state.ts'
import { useAnnotate } from '../state/store.ts'
import { begin, canStep, found, nowhere, step, type Stepping, type Stepped } from './stepping.ts'

/** Where the image stands in the query, and how many it has. */
const firstPlace: { stepping: Stepping; offset: number | null; total: number } = {
  stepping: nowhere,
  offset: null,
  total: 0,
}

export const useWalk = defineStore('annotate-walk', () => {
  const browsing = useQuery()
  const screen = useAnnotate()
  const notices = useNotices()
  const state = createState(firstPlace)
  const { stepping } = state.fields
  /** Direction of the last step, for prefetching. */
  let direction = 1
  const canGo = computed(() => ({ next: canStep(stepping.value, 1), previous: canStep(stepping.value, -1) }))

  /** Looks up an image's position, prefetches its neighbours, and makes pending steps. */
  async function locate(id: number): Promise<void> {
    browsing.lookAt(id)
    state.set({ stepping: begin(stepping.value, id) })
    try {
      const place = await api('browse.place', { query: browsing.query, id })
      if (browsing.image !== id) return
      state.set({ offset: place.offset, total: place.total })
      const ahead = direction > 0 ? [place.next, place.previous] : [place.previous, place.next]
      for (const neighbour of ahead) if (neighbour !== null) screen.prefetch(neighbour)
      take(found(stepping.value, place))
    } catch (error) {
      if (browsing.image === id)
        state.set({ stepping: found(stepping.value, { previous: null, next: null }).now })
      throw error
    }
  }

  /** The first image to show: the last one viewed, else the first of the query. */
  async function first(): Promise<number | null> {
    if (browsing.image !== null) return browsing.image
    const page = await api('browse.page', { query: browsing.query, offset: 0, limit: 1 })
    return page.items[0]?.id ?? null
  }

  function take({ now, go: id }: Stepped): void {
    state.set({ stepping: now })
    if (id !== null) goTo(id)
  }

  function goTo(id: number): void {
    // Keeps the link back to the review.
    void router.replace({ name: 'annotate', params: { id }, query: router.currentRoute.value.query })
  }

  function go(by: 1 | -1): void {
    direction = by
    take(step(stepping.value, by))
  }

  /** Marks the image; the same mark again removes it. */
  async function mark(mark: Exclude<ReviewState, 'none'>): Promise<void> {
    const image = screen.image
    if (!image) return
    const { id, review } = image.info.item
    const wanted: ReviewState = review === mark ? 'none' : mark
    try {
      await api('review.mark', { selection: { ids: [id] }, state: wanted })
      screen.forget(id)
      screen.mark(id, wanted)
    } catch (error) {
      notices.fail(translate('annotate.review.failed'), error)
    }
  }

  return readable(state, { canGo, locate, first, go, goTo, mark })
})
