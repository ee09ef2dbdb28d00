/** The classes on the page: name, short name and colour of everything that is shown, and changes to them with steps back. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { ProjectClass } from '../../core/contract/class-entry.ts'
import { foreignBase } from '../../core/labelmap/class-space.ts'
import { classColour, rgbHex } from '../../core/labelmap/colour.ts'
import { isolated } from '../i18n/isolate.ts'
import { createClassSteps } from './class-steps.ts'
import { followAnnotator } from './foreign-classes.ts'
import { useProject } from './project.ts'

/** A class in a list to choose from. */
export interface ShownClass {
  index: number
  name: string
  short: string
  colour: string
  wnid?: string | undefined
  key?: string | null | undefined
}

export const useClasses = defineStore('classes', () => {
  const project = useProject()
  const { entries, shorts } = followAnnotator().fields
  const { state: steps, change, undo, redo } = createClassSteps()
  const list = computed(() => project.classes)

  /** Another object whenever a name or a colour may be another one. */
  const looks = computed(() => [list.value, shorts.value])

  /** A class of the project; undefined for an annotator's that it does not have. */
  const entry = (id: number): ProjectClass | undefined => list.value[id]
  const numbered = (id: number): string => `#${id < foreignBase ? id : id - foreignBase}`
  const isForeign = (id: number): boolean => id >= foreignBase

  /** The full name, as it can stand in a sentence; the number of an unknown class. */
  const name = (id: number): string =>
    isolated((isForeign(id) ? entries.value[id - foreignBase]?.name : entry(id)?.name) ?? numbered(id))
  const short = (id: number): string =>
    isolated((isForeign(id) ? shorts.value[id - foreignBase] : entry(id)?.short) ?? numbered(id))
  const wnid = (id: number): string | undefined =>
    isForeign(id) ? entries.value[id - foreignBase]?.wnid : entry(id)?.wnid
  /** `#rrggbb`. */
  const colour = (id: number): string => entry(id)?.colour ?? rgbHex(classColour(id))
  /** The class that a merged one stands for; itself otherwise. */
  const resolve = (id: number): number => entry(id)?.into ?? id
  /** A shown class as an entry of a list to choose from. */
  const shown = (id: number): ShownClass => ({
    index: id,
    name: name(id),
    short: short(id),
    colour: colour(id),
    wnid: wnid(id),
    key: entry(id)?.key,
  })

  /** The project's classes to choose from, in the order of display: not the merged ones. */
  const choices = computed<readonly ShownClass[]>(() =>
    list.value
      .filter(one => one.into === undefined)
      .sort((a, b) => a.order - b.order)
      .map(one => shown(one.index)),
  )
  /** The class of a key. */
  const byKey = computed<ReadonlyMap<string, number>>(
    () =>
      new Map(
        list.value.flatMap(one => (one.key !== null && one.into === undefined ? [[one.key, one.index]] : [])),
      ),
  )

  return {
    list,
    looks,
    entry,
    name,
    short,
    wnid,
    colour,
    resolve,
    shown,
    choices,
    byKey,
    done: steps.fields.done,
    undone: steps.fields.undone,
    change,
    undo,
    redo,
  }
})
