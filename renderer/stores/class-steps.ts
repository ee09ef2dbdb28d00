/** Changes of the classes, and the steps back and forward that undo and redo them. */
import { watch } from 'vue'
import type { ClassPatch, ClassStep } from '../../core/contract/api/classes.ts'
import { api } from '../api/client.ts'
import { useProject } from './project.ts'
import { createState, type State } from './state.ts'

interface StepsState {
  /** What takes each step back, the newest last. */
  done: readonly (readonly ClassPatch[])[]
  undone: readonly (readonly ClassPatch[])[]
}

const mostSteps = 200
const none: StepsState = { done: [], undone: [] }

export interface ClassSteps {
  state: State<StepsState>
  /** Saves a step; throws what the call throws. */
  change(step: ClassStep): Promise<{ added: number | null; changed: number }>
  /** False: there is nothing to take back. */
  undo(): Promise<boolean>
  redo(): Promise<boolean>
}

export function createClassSteps(): ClassSteps {
  const project = useProject()
  const state = createState(none)
  watch(
    () => project.info?.dir,
    () => {
      newest = 0
      state.set(none)
    },
  )

  /** The version of the newest answer, which the project's event may not have told yet. */
  let newest = 0
  let last: Promise<unknown> = Promise.resolve()
  /** One after the other, in the order in which they were asked for. */
  function inTurn<T>(action: () => Promise<T>): Promise<T> {
    const turn = last.then(action)
    last = turn.catch(() => undefined)
    return turn
  }

  async function save(step: ClassStep): Promise<{ added: number | null; changed: number }> {
    const { version, added, changed, back } = await api('classes.change', { step })
    newest = version
    if (changed > 0) {
      // What was done before a class was added cannot be taken back past it.
      const done = back === null ? [] : [...state.now().done, back].slice(-mostSteps)
      state.set({ done, undone: [] })
    }
    return { added, changed }
  }

  async function move(from: 'done' | 'undone', to: 'done' | 'undone'): Promise<boolean> {
    const patches = state.now()[from].at(-1)
    if (!patches || !project.info) return false
    try {
      const { version, back } = await api('classes.restore', {
        patches: [...patches],
        version: Math.max(newest, project.info.classesVersion),
      })
      newest = version
      state.set({ [from]: state.now()[from].slice(0, -1), [to]: [...state.now()[to], back] })
      return true
    } catch (error) {
      state.set(none)
      throw error
    }
  }

  return {
    state,
    change: step => inTurn(() => save(step)),
    undo: () => inTurn(() => move('done', 'undone')),
    redo: () => inTurn(() => move('undone', 'done')),
  }
}
