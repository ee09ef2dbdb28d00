/** A store's state: its fields are followed one by one, and only the store's own actions change them. */
import { createPinia, defineStore, setActivePinia } from 'pinia'
import { beforeEach, expect, test, vi } from 'vitest'
import { watch } from 'vue'
import { createState, readable } from '../../../renderer/stores/state.ts'

const first: { count: number; list: readonly string[] } = { count: 0, list: [] }
const useCounter = defineStore('counter', () => {
  const state = createState(first)
  return readable(state, {
    add: () => state.set({ count: state.now().count + 1 }),
    name: (name: string) => state.set({ list: [...state.now().list, name] }),
  })
})

beforeEach(() => setActivePinia(createPinia()))

test('actions change fields, and those who follow one field are not told of others', () => {
  const store = useCounter()
  const told = vi.fn()
  watch(() => store.list, told, { flush: 'sync' })
  store.add()
  expect(store.count).toBe(1)
  expect(told).not.toHaveBeenCalled()
  store.name('a')
  expect(told).toHaveBeenCalledOnce()
  expect(store.list).toEqual(['a'])
})

test('nothing outside of the store can assign a field', () => {
  const store = useCounter()
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  try {
    // @ts-expect-error A field is read-only: the compiler says so.
    store.count = 7
  } catch {
    // A strict proxy may throw, too.
  }
  expect(store.count).toBe(0)
  expect(first).toEqual({ count: 0, list: [] })
})
