/** The program: its version, the recent projects, and the first answers that everything waits for. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { CallOutput } from '../../core/contract/api/index.ts'
import { api } from '../api/client.ts'
import { useJobs } from './jobs.ts'
import { useProject } from './project.ts'
import { useSettings } from './settings.ts'

export const useApp = defineStore('app', () => {
  const info = shallowRef<CallOutput<'app.info'> | null>(null)
  const ready = ref(false)
  const problem = shallowRef<unknown>(null)
  /** The overlay with all keys is open. */
  const help = ref(false)
  /** The dialog for a new project is asked for. */
  const newProject = ref(false)

  /** Asks for version and recent projects again. */
  async function load(): Promise<void> {
    const next = await api('app.info', {})
    info.value = next
    useSettings().take(next.settings)
  }

  /** Everything that the screens need before they can be shown. */
  async function start(): Promise<void> {
    problem.value = null
    try {
      await Promise.all([load(), useProject().load(), useJobs().load()])
      ready.value = true
    } catch (error) {
      problem.value = error
    }
  }

  /** Takes a project off the recent ones; its files stay. */
  async function forget(dir: string): Promise<void> {
    const recent = await api('app.forget', { dir })
    if (info.value) info.value = { ...info.value, recent }
  }

  return { info, ready, problem, help, newProject, load, start, forget }
})
