/** The query that is browsed: shared by the grid, its filters, and the screens that go from one of its images to the next. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { ImageFilter, ImageQuery, ImageSort } from '../../core/contract/api/browse.ts'
import { defaultSort, sameQuery } from './query-url.ts'

export const useQuery = defineStore('query', () => {
  const query = shallowRef<ImageQuery>({ filter: {}, sort: defaultSort })
  const filter = computed(() => query.value.filter)
  const sort = computed(() => query.value.sort)
  /** The image that was last looked at, where browsing goes on. */
  const image = shallowRef<number | null>(null)

  /** Takes a whole query; the same one again changes nothing. */
  function set(next: ImageQuery): void {
    const clean = { filter: withoutEmpty(next.filter), sort: next.sort }
    if (!sameQuery(query.value, clean)) query.value = clean
  }

  /** Lays conditions over those that hold; undefined takes one away. */
  function setFilter(part: { [Name in keyof ImageFilter]?: ImageFilter[Name] | undefined }): void {
    set({ filter: { ...query.value.filter, ...part } as ImageFilter, sort: query.value.sort })
  }

  function setSort(part: Partial<ImageSort>): void {
    set({ filter: query.value.filter, sort: { ...query.value.sort, ...part } })
  }

  function lookAt(id: number): void {
    image.value = id
  }

  function clearFilter(): void {
    set({ filter: {}, sort: query.value.sort })
  }

  return {
    query: computed(() => query.value),
    filter,
    sort,
    image: computed(() => image.value),
    set,
    lookAt,
    setFilter,
    setSort,
    clearFilter,
  }
})

/** Without conditions that say nothing: undefined, empty lists and texts. */
function withoutEmpty(filter: ImageFilter): ImageFilter {
  const entries = Object.entries(filter).filter(([, value]) => {
    if (value === undefined || value === '') return false
    return !Array.isArray(value) || value.length > 0
  })
  return Object.fromEntries(entries) as ImageFilter
}
