/** The classes on the page: name, short name and colour of everything that is shown, and changes to them with steps back. */
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import type { ClassPatch, ClassStep } from '../../core/contract/api/classes.ts'
import type { ClassEntry, ProjectClass } from '../../core/contract/class-entry.ts'
import { classColour, rgbHex } from '../../core/labelmap/colour.ts'
import { shortNames } from '../../core/labelmap/class-names.ts'
import { api } from '../api/client.ts'
import { isolated } from '../i18n/isolate.ts'
import { useProject } from './project.ts'
import { createState, readable } from './state.ts'

/** Shown classes from here on are annotator classes that the project does not have: this plus the annotator's number. */
export const foreignBase = 1 << 20

/** A class in a list to choose from. */
export interface ShownClass {
  index: number
  name: string
  short: string
  colour: string
  wnid?: string | undefined
  key?: string | null | undefined
}

/** A step that can be taken back. */
interface Done {
  back: readonly ClassPatch[]
  version: number
}

interface ClassesState {
  /** Classes of the annotator that is shown, with their short names. */
  foreign: readonly ClassEntry[]
  foreignShorts: readonly string[]
  undone: readonly Done[]
  done: readonly Done[]
}

const first: ClassesState = {
  foreign: [],
  foreignShorts: [],
  undone: [],
  done: [],
}
const mostSteps = 200

export const useClasses = defineStore('classes', () => {
  const state = createState(first)
  const { foreign, foreignShorts } = state.fields
  const project = useProject()
  const list = computed(() => project.classes)

  const entry = (id: number): ProjectClass | undefined => list.value[id]

  /** The full name, as it can stand in a sentence; the number of an unknown class. */
  const name = (id: number): string =>
    isolated(
      (id < foreignBase ? list.value[id]?.name : foreign.value[id - foreignBase]?.name) ??
        `#${id < foreignBase ? id : id - foreignBase}`,
    )
  const short = (id: number): string =>
    isolated(
      (id < foreignBase ? list.value[id]?.short : foreignShorts.value[id - foreignBase]) ??
        `#${id < foreignBase ? id : id - foreignBase}`,
    )
  /** `#rrggbb`. */
  const colour = (id: number): string => list.value[id]?.colour ?? rgbHex(classColour(id))
  /** The class that a merged one stands for; itself otherwise. */
  const resolve = (id: number): number => list.value[id]?.into ?? id

  const shown = (one: ProjectClass): ShownClass => ({
    index: one.index,
    name: one.name,
    short: one.short,
    colour: colour(one.index),
    wnid: one.wnid,
    key: one.key,
  })
  /** Classes to choose from, in the order of display: not the merged ones. */
  const choices = computed<readonly ShownClass[]>(() =>
    list.value
      .filter(one => one.into === undefined)
      .sort((a, b) => a.order - b.order)
      .map(shown),
  )
  /** The class of a key. */
  const byKey = computed<ReadonlyMap<string, number>>(
    () =>
      new Map(
        list.value.flatMap(one => (one.key !== null && one.into === undefined ? [[one.key, one.index]] : [])),
      ),
  )

  let asked = 0
  async function loadForeign(annotation: string | null): Promise<void> {
    const turn = ++asked
    if (annotation === null) {
      state.set({ foreign: [], foreignShorts: [] })
      return
    }
    try {
      const { manifest } = await api('annotations.get', { id: annotation })
      if (turn !== asked) return
      const { classes } = manifest
      state.set({
        foreign: classes,
        foreignShorts: shortNames(
          classes.map(one => one.name),
          classes.map(one => one.wnid),
        ),
      })
    } catch {
      if (turn === asked) state.set({ foreign: [], foreignShorts: [] }) // whoever shows its maps reports why
    }
  }

  watch(
    () => project.info?.dir,
    () => state.set({ done: [], undone: [] }),
  )
  watch(
    () => [project.info?.dir, project.info?.annotation] as const,
    ([, annotation]) => void loadForeign(annotation ?? null),
    { immediate: true },
  )

  /** Saves a step; throws what the call throws. */
  async function change(step: ClassStep): Promise<{ added: number | null; changed: number }> {
    const { version, added, changed, back } = await api('classes.change', { step })
    if (changed > 0)
      state.set({
        done: back === null ? [] : [...state.now().done, { back, version }].slice(-mostSteps),
        undone: [],
      })
    return { added, changed }
  }

  async function move(from: 'done' | 'undone', to: 'done' | 'undone'): Promise<boolean> {
    const step = state.now()[from].at(-1)
    if (!step) return false
    const now = project.info?.classesVersion ?? step.version
    try {
      const { version, back } = await api('classes.restore', { patches: [...step.back], version: now })
      state.set({
        [from]: state.now()[from].slice(0, -1),
        [to]: [...state.now()[to], { back, version }],
      })
      return true
    } catch (error) {
      state.set({ done: [], undone: [] })
      throw error
    }
  }

  return readable(state, {
    list,
    entry,
    name,
    short,
    colour,
    resolve,
    choices,
    byKey,
    change,
    undo: () => move('done', 'undone'),
    redo: () => move('undone', 'done'),
  })
})
