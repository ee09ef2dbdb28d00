/** The user's settings; theme and language take effect immediately. */
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import type { Settings } from '../../core/contract/api/app.ts'
import { api } from '../api/client.ts'
import { onEvent } from '../api/events.ts'
import { languageOf, setLanguage } from '../i18n/index.ts'
import { createState, readable } from './state.ts'

const untouched: Settings = {
  theme: 'system',
  language: null,
  keyPreset: 'labelme',
  keys: {},
  author: '-',
  provider: null,
  tour: { status: 'new', step: 'picture' },
}

const dark = window.matchMedia('(prefers-color-scheme: dark)')

export const useSettings = defineStore('settings', () => {
  const state = createState({ settings: untouched, systemDark: dark.matches })
  const { settings, systemDark } = state.fields
  dark.addEventListener('change', event => state.set({ systemDark: event.matches }))
  const theme = computed<'light' | 'dark'>(() => {
    if (settings.value.theme !== 'system') return settings.value.theme
    return systemDark.value ? 'dark' : 'light'
  })

  watch(theme, name => (document.documentElement.dataset.theme = name), { immediate: true, flush: 'sync' })
  watch(
    () => settings.value.language,
    language => setLanguage(languageOf(language, navigator.languages)),
    { immediate: true, flush: 'sync' },
  )
  onEvent('settings', take)

  function take(data: Settings): void {
    state.set({ settings: data })
  }

  /** Changes some of them: seen at once, taken back where the backend refuses. */
  async function save(part: Partial<Settings>): Promise<void> {
    const before = settings.value
    take({ ...before, ...part })
    try {
      take(await api('app.settings', part))
    } catch (error) {
      take(before)
      throw error
    }
  }

  return readable(state, { theme, take, save })
})
