/** The program: its version, the recent projects, and the first answers that everything waits for. */
import { defineStore } from 'pinia'
import type { CallOutput } from '../../core/contract/api/index.ts'
import { api } from '../api/client.ts'
import { useJobs } from './jobs.ts'
import { useProject } from './project.ts'
import { useSettings } from './settings.ts'
import { createState, readable } from './state.ts'

interface AppState {
  info: CallOutput<'app.info'> | null
  ready: boolean
  problem: unknown
  /** The overlay with all keys is open. */
  help: boolean
  /** The dialog for a new project is asked for. */
  newProject: boolean
}

const first: AppState = { info: null, ready: false, problem: null, help: false, newProject: false }

export const useApp = defineStore('app', () => {
  const state = createState(first)

  /** Asks for version and recent projects again. */
  async function load(): Promise<void> {
    const info = await api('app.info', {})
    state.set({ info })
    useSettings().take(info.settings)
  }

  /** Everything that the screens need before they can be shown. */
  async function start(): Promise<void> {
    state.set({ problem: null })
    try {
      await Promise.all([load(), useProject().load(), useJobs().load()])
      state.set({ ready: true })
    } catch (problem) {
      state.set({ problem })
    }
  }

  /** Takes a project off the recent ones; its files stay. */
  async function forget(dir: string): Promise<void> {
    const recent = await api('app.forget', { dir })
    const { info } = state.now()
    if (info) state.set({ info: { ...info, recent } })
  }

  return readable(state, {
    load,
    start,
    forget,
    showHelp: (help: boolean) => state.set({ help }),
    askNewProject: (newProject: boolean) => state.set({ newProject }),
  })
})
