/** What trying the machine's devices found; kept while the app is open. */
import { defineStore } from 'pinia'
import type { Finding } from '../../core/contract/api/app.ts'
import { api } from '../api/client.ts'
import { createState, readable } from './state.ts'

const first: { findings: readonly Finding[] | null; problem: unknown; busy: boolean } = {
  findings: null,
  problem: null,
  busy: false,
}

export const useDevices = defineStore('devices', () => {
  const state = createState(first)

  async function test(): Promise<void> {
    if (state.now().busy) return
    state.set({ busy: true, problem: null })
    try {
      const { findings } = await api('app.devices', {})
      state.set({ findings })
    } catch (problem) {
      state.set({ problem })
    } finally {
      state.set({ busy: false })
    }
  }

  return readable(state, { test })
})
