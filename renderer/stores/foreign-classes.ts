/** The classes of the annotator whose maps are shown, for those that the project does not have. */
import { watch } from 'vue'
import type { ClassEntry } from '../../core/contract/class-entry.ts'
import { shortNames } from '../../core/labelmap/class-names.ts'
import { api } from '../api/client.ts'
import { useProject } from './project.ts'
import { createState, type State } from './state.ts'

interface ForeignState {
  entries: readonly ClassEntry[]
  shorts: readonly string[]
}

const none: ForeignState = { entries: [], shorts: [] }

/** Follows the annotation that is shown. */
export function followAnnotator(): State<ForeignState> {
  const project = useProject()
  const state = createState(none)
  let asked = 0
  async function load(annotation: string | null): Promise<void> {
    const turn = ++asked
    const found = annotation === null ? none : await classesOf(annotation)
    if (turn === asked) state.set(found)
  }
  watch(
    () => [project.info?.dir, project.info?.annotation] as const,
    ([, annotation]) => void load(annotation ?? null),
    { immediate: true },
  )
  return state
}

async function classesOf(annotation: string): Promise<ForeignState> {
  try {
    const { classes } = (await api('annotations.get', { id: annotation })).manifest
    const names = classes.map(one => one.name)
    return {
      entries: classes,
      shorts: shortNames(
        names,
        classes.map(one => one.wnid),
      ),
    }
  } catch {
    return none // whoever shows its maps reports why
  }
}
