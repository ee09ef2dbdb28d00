/**
 * The counts next to the filters: requested shortly after a filter changes, ignoring late answers, and periodically
 * while images change.
 */
import { defineStore } from 'pinia'
import { watch } from 'vue'
import type { Histograms, ImageQuery } from '../../../core/contract/api/browse.ts'
import { api } from '../../api/client.ts'
import { isAbort } from '../../api/error.ts'
import { onEvent } from '../../api/events.ts'
import { useProject } from '../../stores/project.ts'
import { useQuery } from '../../stores/query.ts'
import { createState, readable } from '../../stores/state.ts'
import { createTimer } from '../../stores/timer.ts'

/** Debounce after filter changes, and interval while images keep changing, milliseconds. */
const afterFilter = 120
const afterImages = 1000

export interface Facets extends Histograms {
  problem: { value: boolean; count: number }[]
}

async function askFacets({ filter, sort }: ImageQuery, signal: AbortSignal): Promise<Facets> {
  const count = async (problem: boolean) => ({
    value: problem,
    count: (await api('browse.count', { filter: { ...filter, problem }, sort }, { signal })).total,
  })
  const [counts, yes, no] = await Promise.all([
    api('browse.histograms', filter, { signal }),
    count(true),
    count(false),
  ])
  return { ...counts, problem: [yes, no] }
}

const first: { facets: Facets | null; error: unknown; loading: boolean } = {
  facets: null,
  error: null,
  loading: false,
}

export const useFacets = defineStore('browse-facets', () => {
  const query = useQuery()
  const project = useProject()
  const state = createState(first)
  const timer = createTimer(() => void load())
  let control: AbortController | null = null
  /** Images changed since the counts were requested. */
  let stale = false
  let inSight = false

  async function load(): Promise<void> {
    control?.abort()
    stale = false
    state.set({ loading: project.info !== null })
    if (!project.info) return
    const { signal } = (control = new AbortController())
    try {
      const facets = await askFacets(query.query, signal)
      if (signal.aborted) return
      state.set({ facets, error: null })
    } catch (error) {
      if (signal.aborted || isAbort(error)) return
      state.set({ error })
    }
    state.set({ loading: false })
    if (stale) changed()
  }

  /** A job changes images continuously; that restarts neither the delay nor the counting. */
  function changed(): void {
    if (state.now().loading || !inSight) stale = true
    else timer.start(afterImages)
  }

  /** While hidden, nothing is counted; pending changes are counted when visible again. */
  function show(sight: boolean): void {
    inSight = sight
    if (inSight && stale && !state.now().loading) timer.restart(0)
  }

  watch(
    () => query.filter,
    () => timer.restart(afterFilter),
  )
  watch(
    () => [project.info?.dir, project.info?.annotation],
    ([dir], before) => {
      if (dir !== before?.[0]) state.set({ facets: null })
      timer.restart(0)
    },
    { immediate: true },
  )
  onEvent('images', () => changed())
  onEvent('reset', () => timer.restart(0))

  return readable(state, { load, show })
})
