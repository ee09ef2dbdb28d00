/** Short notices about what just happened, or failed. */
import { defineStore } from 'pinia'
import { isAbort, toApiError } from '../api/error.ts'
import { createState, readable } from './state.ts'

export interface Notice {
  id: number
  tone: 'info' | 'success' | 'warning' | 'error'
  title: string
  text?: string | undefined
  action?: { label: string; run: () => void } | undefined
}

/** Milliseconds that a notice stays, longer where there is more to read; errors stay until they are closed. */
const stays = { success: 4000, info: 6000, warning: 10_000, error: null }

const first: { notices: readonly Notice[] } = { notices: [] }

export const useNotices = defineStore('notices', () => {
  const state = createState(first)
  let last = 0

  function dismiss(id: number): void {
    state.set({ notices: state.now().notices.filter(notice => notice.id !== id) })
  }

  /** Shows a notice; the same words are not shown twice at once. */
  function show(notice: Omit<Notice, 'id'>): number {
    const { notices } = state.now()
    const same = notices.find(other => other.title === notice.title && other.text === notice.text)
    if (same) return same.id
    const id = ++last
    state.set({ notices: [...notices, { ...notice, id }].slice(-4) })
    const time = stays[notice.tone]
    if (time !== null) setTimeout(() => dismiss(id), time)
    return id
  }

  /**
   * Shows what failed, with the error's own sentence; silent for calls that were given up, and for questions to a project
   * that was closed meanwhile: the screen says that by itself.
   */
  function fail(title: string, error: unknown): void {
    if (isAbort(error) || toApiError(error).code === 'no-project') return
    show({ tone: 'error', title, text: toApiError(error).message })
  }

  return readable(state, { show, fail, dismiss })
})
