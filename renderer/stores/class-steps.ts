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
    () => state.set(none),
  )

  async function change(step: ClassStep): Promise<{ added: number | null; changed: number }> {
    const { added, changed, back } = await api('classes.change', { step })
    if (changed > 0) {
      // What was done before a class was added cannot be taken back past it.
      const done = back === null ? [] : [...state.now().done, back].slice(-mostSteps)
      state.set({ done, undone: [] })
    }
    return { added, changed }
  }

  async function move(from: 'done' | 'undone', to: 'done' | 'undone'): Promise<boolean> {
    const patches = state.now()[from].at(-1)
    const version = project.info?.classesVersion
    if (!patches || version === undefined) return false
    try {
      const { back } = await api('classes.restore', { patches: [...patches], version })
      state.set({ [from]: state.now()[from].slice(0, -1), [to]: [...state.now()[to], back] })
      return true
    } catch (error) {
      state.set(none)
      throw error
    }
  }

  return { state, change, undo: () => move('done', 'undone'), redo: () => move('undone', 'done') }
}
