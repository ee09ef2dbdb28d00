/** The annotate screen's state: the image, its corrected map, the tool, the display options. */
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import type { ReviewState } from '../../../../core/contract/review-state.ts'
import { emptyHistory } from '../../../../core/labelmap/corrections/index.ts'
import type { Crop } from '../../../../core/pooling/crop.ts'
import { toApiError } from '../../../api/error.ts'
import { isolated } from '../../../i18n/isolate.ts'
import { legendOf } from '../../../stage/swatches.ts'
import { useProject } from '../../../stores/project.ts'
import { createState, readable } from '../../../stores/state.ts'
import { useOpening } from './opening.ts'
import type { OverlayOptions } from './overlay.ts'
import { firstScreen, gridOf, marked, shownWith, type ShownMap } from './screen.ts'
import { reduceTools, type ToolAction } from './tools.ts'

export const useAnnotate = defineStore('annotate', () => {
  const project = useProject()
  const state = createState(firstScreen)
  const opening = useOpening(state)
  const { ground, image, corrections, shown, tools, swatches } = state.fields

  const history = computed(() => corrections.value?.history.value ?? emptyHistory)
  const grid = computed(() => gridOf(image.value))
  const legend = computed(() => (shown.value ? legendOf(shown.value.map, swatches.value) : []))
  /** The class whose strength is shown in that mode. */
  const focus = computed(() => tools.value.class)
  /** Why nothing can be corrected here: a message's key, or null. */
  const locked = computed<'readonly' | 'nomap' | null>(() => {
    if (project.info?.readonly) return 'readonly'
    return image.value?.map && corrections.value ? null : 'nomap'
  })

  /** Shows the corrected map from the history. */
  const showHistory = (): void => state.set({ shown: shownWith(state.now(), history.value.layer) })
  watch(history, () => shown.value && showHistory(), { flush: 'sync' })

  return readable(state, {
    history,
    grid,
    legend,
    focus,
    locked,
    swatchOf: (id: number) => legend.value.find(entry => entry.id === id)?.swatch,
    className: (id: number): string => isolated(ground.value?.names[id] ?? `#${id}`),
    act: (action: ToolAction) => state.set({ tools: reduceTools(state.now().tools, action) }),
    showHistory,
    /** Shows a stroke that is being made. */
    showStroke: (next: ShownMap) => state.set({ shown: next }),
    hover: (cell: number | null) => state.set({ hovered: cell }),
    setCursor: (cell: number | null) => state.set({ cursor: cell }),
    setCrop: (crop: Crop) => state.set({ crop }),
    setOverlay: (part: Partial<OverlayOptions>) =>
      state.set({ overlay: { ...state.now().overlay, ...part } }),
    say: (text: string) => state.set({ said: text }),
    fail: (error: unknown) => state.set({ problem: toApiError(error) }),
    /** An image was marked. */
    mark: (id: number, review: ReviewState) => state.set(marked(state.now(), id, review)),
    ...opening,
  })
})
