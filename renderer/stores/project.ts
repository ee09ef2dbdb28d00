/** The open project: its figures, its classes, and opening another one. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { JobProgress } from '../../core/contract/api/common.ts'
import type { CallInput } from '../../core/contract/api/index.ts'
import type { ProjectClass } from '../../core/contract/class-entry.ts'
import type { AnnotationInfo, ProjectInfo, ProjectRestored } from '../../core/contract/api/project.ts'
import { api } from '../api/client.ts'
import { toApiError } from '../api/error.ts'
import { onEvent } from '../api/events.ts'
import { isolated } from '../i18n/isolate.ts'
import { createState, readable } from './state.ts'

interface ProjectState {
  info: ProjectInfo | null
  /** By number; how they are displayed is `stores/classes.ts`. */
  classes: readonly ProjectClass[]
  /** False until the first answer is there. */
  ready: boolean
  /** How far opening is; null: nothing is being opened. */
  opening: JobProgress | null
  busy: boolean
}

const first: ProjectState = { info: null, classes: [], ready: false, opening: null, busy: false }

export const useProject = defineStore('project', () => {
  const state = createState(first)
  const { info, classes } = state.fields
  const annotation = computed<AnnotationInfo | null>(
    () => info.value?.annotations.find(one => one.id === info.value?.annotation) ?? null,
  )

  /** Name of a class of the project as it can stand in a sentence; its number where there is none. */
  const className = (index: number): string => isolated(classes.value[index]?.name ?? `#${index}`)

  async function take(next: ProjectInfo | null): Promise<void> {
    const before = state.now()
    state.set({ info: next })
    if (next === null) state.set({ classes: [] })
    else if (
      before.info?.dir !== next.dir ||
      before.info.classesVersion !== next.classesVersion ||
      before.classes.length === 0
    ) {
      const named = await api('project.classes', {}).catch((error: unknown) => {
        // It was closed meanwhile; the event that says so is on its way.
        if (toApiError(error).code === 'no-project') return []
        throw error
      })
      const { info: now } = state.now()
      if (now?.dir === next.dir && now.classesVersion === next.classesVersion) state.set({ classes: named })
    }
  }

  /** Asks for everything again. */
  async function load(): Promise<void> {
    await take(await api('project.info', {}))
    state.set({ ready: true })
  }

  let last: Promise<unknown> = Promise.resolve()
  let under = 0

  /** One after the other, so that what was asked for last is what is open in the end. */
  async function leave(request: () => Promise<ProjectInfo | null>): Promise<void> {
    under++
    state.set({ busy: true })
    const turn = last.then(async () => take(await request()))
    last = turn.catch(() => undefined)
    try {
      await turn
    } finally {
      under--
      state.set(under > 0 ? { busy: true } : { busy: false, opening: null })
    }
  }

  /** Each may throw code `busy`: then ask, and call again with `pauseJobs`. */
  const open = (dir: string, pauseJobs = false): Promise<void> =>
    leave(() => api('project.open', { dir, pauseJobs }))
  const openSample = (pauseJobs = false): Promise<void> =>
    leave(() => api('project.openSample', { pauseJobs }))
  const create = (request: CallInput<'project.create'>): Promise<void> =>
    leave(() => api('project.create', request))
  /** Restores a copy of a project, by name, and opens it. */
  async function restore(dir: string, copy: string, pauseJobs = false): Promise<ProjectRestored> {
    let restored!: ProjectRestored
    await leave(async () => {
      const answer = await api('project.restore', { dir, copy, pauseJobs })
      restored = answer.restored
      return answer.info
    })
    return restored
  }
  const close = (pauseJobs = false): Promise<void> =>
    leave(async () => {
      await api('project.close', { pauseJobs })
      return null
    })
  const useAnnotation = (id: string): Promise<void> => leave(() => api('project.useAnnotation', { id }))

  onEvent('project', data => void take(data))
  onEvent('opening', data => {
    if (state.now().busy) state.set({ opening: data })
  })
  onEvent('reset', () => void load())

  return readable(state, {
    annotation,
    className,
    load,
    open,
    openSample,
    create,
    restore,
    close,
    useAnnotation,
  })
})
