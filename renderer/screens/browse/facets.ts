/** The counts beside the filters: asked for a moment after the filter changes, late answers passed over; while images change, time and again. */
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { Histograms } from '../../../core/contract/api/browse.ts'
import { api, isAbort } from '../../api/client.ts'
import { onEvent } from '../../api/events.ts'
import { useProject } from '../../stores/project.ts'
import { useQuery } from '../../stores/query.ts'

/** Milliseconds to wait for more changes of the filter, and between two looks at images that keep changing. */
const afterFilter = 120
const afterImages = 1000

export interface Facets extends Histograms {
  problem: { value: boolean; count: number }[]
}

export const useFacets = defineStore('browse-facets', () => {
  const query = useQuery()
  const project = useProject()
  const facets = shallowRef<Facets | null>(null)
  const error = shallowRef<unknown>(null)
  const loading = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | null = null
  let control: AbortController | null = null
  /** Images changed since the counts were asked for. */
  let stale = false
  let inSight = false

  async function load(): Promise<void> {
    control?.abort()
    stale = false
    loading.value = false
    if (!project.info) return
    const { signal } = (control = new AbortController())
    loading.value = true
    const { filter, sort } = query.query
    const count = async (problem: boolean) => ({
      value: problem,
      count: (await api('browse.count', { filter: { ...filter, problem }, sort }, { signal })).total,
    })
    try {
      const [counts, yes, no] = await Promise.all([
        api('browse.histograms', filter, { signal }),
        count(true),
        count(false),
      ])
      if (signal.aborted) return
      facets.value = { ...counts, problem: [yes, no] }
      error.value = null
    } catch (reason) {
      if (signal.aborted || isAbort(reason)) return
      error.value = reason
    }
    loading.value = false
    if (stale) changed()
  }

  /** Asks after a while in which nothing else was asked for. */
  function soon(wait: number): void {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => {
      timer = null
      void load()
    }, wait)
  }

  /** A job changes images all the time: neither the waiting nor the counting begins anew for that. */
  function changed(): void {
    if (loading.value || !inSight) stale = true
    else if (timer === null) soon(afterImages)
  }

  /** Out of sight nothing is counted; what changed meanwhile is when it is in sight again. */
  function show(sight: boolean): void {
    inSight = sight
    if (inSight && stale && !loading.value) soon(0)
  }

  watch(
    () => query.filter,
    () => soon(afterFilter),
  )
  watch(
    () => [project.info?.dir, project.info?.annotation],
    ([dir], before) => {
      if (dir !== before?.[0]) facets.value = null
      soon(0)
    },
    { immediate: true },
  )
  onEvent('images', () => changed())
  onEvent('reset', () => soon(0))

  return { facets, error, loading, load, show }
})
