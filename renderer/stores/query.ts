/** The query that is browsed: shared by the grid, its filters, and the screens that go from one of its images to the next. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { ImageFilter, ImageQuery, ImageSort } from '../../core/contract/api/browse.ts'
import { defaultSort, sameQuery } from './query-url.ts'
import { createState, readable } from './state.ts'

interface QueryState {
  query: ImageQuery
  /** The image that was last looked at, where browsing goes on. */
  image: number | null
}

const first: QueryState = { query: { filter: {}, sort: defaultSort }, image: null }

export const useQuery = defineStore('query', () => {
  const state = createState(first)
  const { query } = state.fields
  const filter = computed(() => query.value.filter)
  const sort = computed(() => query.value.sort)

  /** Takes a whole query; the same one again changes nothing. */
  function set(next: ImageQuery): void {
    const clean = { filter: withoutEmpty(next.filter), sort: next.sort }
    if (!sameQuery(query.value, clean)) state.set({ query: clean })
  }

  /** Lays conditions over those that hold; undefined takes one away. */
  function setFilter(part: { [Name in keyof ImageFilter]?: ImageFilter[Name] | undefined }): void {
    set({ filter: { ...query.value.filter, ...part } as ImageFilter, sort: query.value.sort })
  }

  function setSort(part: Partial<ImageSort>): void {
    set({ filter: query.value.filter, sort: { ...query.value.sort, ...part } })
  }

  function lookAt(id: number): void {
    state.set({ image: id })
  }

  function clearFilter(): void {
    set({ filter: {}, sort: query.value.sort })
  }

  return readable(state, { filter, sort, set, lookAt, setFilter, setSort, clearFilter })
})

/** Without conditions that say nothing: undefined, empty lists and texts. */
function withoutEmpty(filter: ImageFilter): ImageFilter {
  const entries = Object.entries(filter).filter(([, value]) => {
    if (value === undefined || value === '') return false
    return !Array.isArray(value) || value.length > 0
  })
  return Object.fromEntries(entries) as ImageFilter
}
