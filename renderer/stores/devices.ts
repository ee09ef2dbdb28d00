/** What trying the machine's devices found; kept while the app is open. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Finding } from '../../core/contract/api/app.ts'
import { api } from '../api/client.ts'

export const useDevices = defineStore('devices', () => {
  const findings = shallowRef<Finding[] | null>(null)
  const problem = shallowRef<unknown>(null)
  const busy = ref(false)

  async function test(): Promise<void> {
    if (busy.value) return
    busy.value = true
    problem.value = null
    try {
      findings.value = (await api('app.devices', {})).findings
    } catch (error) {
      problem.value = error
    } finally {
      busy.value = false
    }
  }

  return { findings, problem, busy, test }
})
