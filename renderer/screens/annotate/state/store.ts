/** The annotate screen's state: the image, its corrected map, the tool, the display options. */
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import type { ReviewState } from '../../../../core/contract/review-state.ts'
import { emptyHistory } from '../../../../core/labelmap/corrections/index.ts'
import type { Crop } from '../../../../core/pooling/crop.ts'
import { toApiError } from '../../../api/error.ts'
import { useClassLook } from '../../../labelmap/class-look.ts'
import type { Relabelled } from '../../../labels/image-labels.ts'
import { useProject } from '../../../stores/project.ts'
import { createState, readable } from '../../../stores/state.ts'
import { useMapView } from './map-view.ts'
import { useOpening } from './opening.ts'
import type { OverlayOptions, Peek } from './overlay.ts'
import { firstScreen, gridOf, marked, relabelled, shownWith, type ShownMap } from './screen.ts'
import { reduceTools, type ToolAction } from './tools.ts'

export const useAnnotate = defineStore('annotate', () => {
  const project = useProject()
  const look = useClassLook()
  const state = createState(firstScreen)
  const opening = useOpening(state)
  const { image, corrections, shown } = state.fields

  const history = computed(() => corrections.value?.history.value ?? emptyHistory)
  const grid = computed(() => gridOf(image.value))
  const { given, plan, places, under, onMap, drawn, legend } = useMapView(state)
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
    given,
    plan,
    onMap,
    /** Index of the plan's region that a cell lies in; null: none. */
    regionAt: (cell: number): number | null => places.value.get(cell) ?? null,
    under,
    drawn,
    legend,
    locked,
    colour: look.colour,
    hex: look.hex,
    short: look.short,
    className: look.name,
    act: (action: ToolAction) => state.set({ tools: reduceTools(state.now().tools, action) }),
    showHistory,
    /** Shows a stroke that is being made. */
    showStroke: (next: ShownMap) => state.set({ shown: next }),
    hover: (cell: number | null) => state.set({ hovered: cell }),
    setCursor: (cell: number | null) => state.set({ cursor: cell }),
    setCrop: (crop: Crop) => state.set({ crop }),
    setOverlay: (part: Partial<OverlayOptions>) =>
      state.set({ overlay: { ...state.now().overlay, ...part } }),
    /** Keys that are held, or released. */
    setPeek: (part: Partial<Peek>) => state.set({ peek: { ...state.now().peek, ...part } }),
    /** Makes the regions of a class stand out. */
    light: (id: number | null) => state.set({ lit: id }),
    say: (text: string, target: string | null = null) => state.set({ said: text, saidTarget: target }),
    fail: (error: unknown) => state.set({ problem: toApiError(error) }),
    /** An image was marked. */
    mark: (id: number, review: ReviewState) => state.set(marked(state.now(), id, review)),
    /** Labels of an image changed. */
    relabel(now: Relabelled) {
      opening.forget(now.item.id)
      state.set(relabelled(state.now(), now))
    },
    ...opening,
  })
})
