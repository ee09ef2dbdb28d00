/** Opens another project: asks before pausing a running job for it, and reports failures. */
import { defineStore } from 'pinia'
import type { ProjectRestored } from '../../core/contract/api/project.ts'
import { isAbort, toApiError } from '../api/error.ts'
import { useApp } from './app.ts'
import { useProject } from './project.ts'
import { createState, readable } from './state.ts'

/** What waits for the answer whether the running job may be paused. */
const first: { asking: { proceed: () => void; refuse: () => void } | null } = { asking: null }

export const useLeaving = defineStore('leaving', () => {
  const project = useProject()
  const state = createState(first)

  const mayPause = (): Promise<boolean> =>
    new Promise(resolve => {
      const answer = (yes: boolean) => () => {
        state.set({ asking: null })
        resolve(yes)
      }
      state.set({ asking: { proceed: answer(true), refuse: answer(false) } })
    })

  /** True when it is done; false where the person kept the job running. Throws what else went wrong. */
  async function leave(request: (pauseJobs: boolean) => Promise<void>): Promise<boolean> {
    try {
      await request(false)
    } catch (error) {
      if (isAbort(error) || toApiError(error).code !== 'busy') throw error
      if (!(await mayPause())) return false
      await request(true)
    }
    await useApp().load()
    return true
  }

  const open = (dir: string): Promise<boolean> => leave(pause => project.open(dir, pause))
  const openSample = (): Promise<boolean> => leave(pause => project.openSample(pause))

  /** What was done; null where the person kept the job running. Throws what else went wrong. */
  async function restore(dir: string, copy: string): Promise<ProjectRestored | null> {
    let restored: ProjectRestored | null = null
    await leave(async pause => {
      restored = await project.restore(dir, copy, pause)
    })
    return restored
  }

  return readable(state, { leave, open, openSample, restore })
})
