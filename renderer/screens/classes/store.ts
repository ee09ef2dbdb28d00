/** The classes screen: its rows, what is selected and counted, and changes with their messages. */
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ClassCounts, ClassStep } from '../../../core/contract/api/classes.ts'
import { api } from '../../api/client.ts'
import { onEvent } from '../../api/events.ts'
import { isAbort } from '../../api/error.ts'
import { useClasses } from '../../stores/classes.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import { createState, readable } from '../../stores/state.ts'
import { createTimer } from '../../stores/timer.ts'
import { tableRows, type SortKey, type TableView } from './state.ts'

interface ScreenState extends TableView {
  counts: ClassCounts | null
  selected: ReadonlySet<number>
  /** Read out by screen readers. */
  said: string
}

const first: ScreenState = { sort: 'order', words: '', counts: null, selected: new Set(), said: '' }
/** Interval for counting again while images change, milliseconds. */
const countInterval = 1000

export const useClassesScreen = defineStore('classes-screen', () => {
  const state = createState(first)
  const project = useProject()
  const classes = useClasses()
  const notices = useNotices()
  const { t } = useI18n({ useScope: 'global' })
  const rows = computed(() => tableRows(project.classes, state.now(), state.now().counts))

  let control: AbortController | null = null
  async function count(): Promise<void> {
    control?.abort()
    if (!project.info) return
    control = new AbortController()
    try {
      state.set({ counts: await api('classes.counts', {}, { signal: control.signal }) })
    } catch (error) {
      if (!isAbort(error)) notices.fail(t('classes.countsFailed'), error)
    }
  }
  const soon = createTimer(() => void count())
  let shown = 0
  onEvent('images', () => shown > 0 && soon.start(countInterval))
  watch(
    () => project.info?.dir,
    () => state.set({ ...first, selected: new Set() }),
  )
  watch(
    () => [project.info?.dir, project.info?.classesVersion, project.info?.annotation],
    () => shown > 0 && void count(),
  )

  /** While the screen is shown, the counts follow the images; gives what ends that. */
  function show(): () => void {
    shown++
    void count()
    return () => {
      shown--
      if (shown === 0) soon.cancel()
    }
  }

  /** Saves a step; false: it could not be saved, which was said. */
  async function change(step: ClassStep, done?: string): Promise<boolean> {
    try {
      const { changed } = await classes.change(step)
      if (changed > 0 && done !== undefined) notices.show({ tone: 'success', title: done })
      return true
    } catch (error) {
      notices.fail(t('classes.failed'), error)
      return false
    }
  }

  async function step(back: boolean): Promise<void> {
    try {
      if ((await (back ? classes.undo() : classes.redo())) && back)
        notices.show({ tone: 'info', title: t('classes.undone') })
    } catch (error) {
      notices.fail(t('classes.failed'), error)
    }
  }

  function select(index: number, on: boolean): void {
    const selected = new Set(state.now().selected)
    if (on) selected.add(index)
    else selected.delete(index)
    state.set({ selected })
  }

  return readable(state, {
    rows,
    show,
    change,
    undo: () => step(true),
    redo: () => step(false),
    select,
    selectNone: () => state.set({ selected: new Set() }),
    search: (words: string) => state.set({ words }),
    sortBy: (sort: SortKey) => state.set({ sort }),
    say: (said: string) => state.set({ said }),
  })
})
