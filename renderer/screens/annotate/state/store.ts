/** The annotate screen's state: the image, its corrected map, the tool, the display options. */
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import type { ReviewState } from '../../../../core/contract/review-state.ts'
import { emptyHistory } from '../../../../core/labelmap/corrections/index.ts'
import { planRegions } from '../../../../core/labelmap/regions/index.ts'
import type { Crop } from '../../../../core/pooling/crop.ts'
import { toApiError } from '../../../api/error.ts'
import { useClassLook } from '../../../labelmap/class-look.ts'
import { legendOf } from '../../../stage/swatches.ts'
import type { Relabelled } from '../../../labels/image-labels.ts'
import { useClasses } from '../../../stores/classes.ts'
import { useProject } from '../../../stores/project.ts'
import { createState, readable } from '../../../stores/state.ts'
import { useOpening } from './opening.ts'
import { drawnOf, type OverlayOptions, type Peek } from './overlay.ts'
import { firstScreen, gridOf, marked, relabelled, shownWith, type ShownMap } from './screen.ts'
import { reduceTools, type ToolAction } from './tools.ts'

/** A map of photographs can have a hundred leading classes; the rest are found by name. */
const mostOnMap = 20

export const useAnnotate = defineStore('annotate', () => {
  const project = useProject()
  const look = useClassLook()
  const classes = useClasses()
  const state = createState(firstScreen)
  const opening = useOpening(state)
  const { ground, image, corrections, shown, tools, overlay, peek, hovered, cursor, hatches } = state.fields

  const history = computed(() => corrections.value?.history.value ?? emptyHistory)
  const grid = computed(() => gridOf(image.value))
  /** The given label; null: there is none. */
  const given = computed(() => {
    const label = image.value?.info.item.label ?? null
    return label === null ? null : classes.resolve(label)
  })
  /** What the Regions view draws; made once a map, and again as a stroke changes it. */
  const plan = computed(() => {
    if (!shown.value || !ground.value) return null
    const { view, layer } = shown.value
    return planRegions(view, {
      classes: ground.value.space.classes,
      fill: ground.value.fill,
      given: given.value,
      sure: project.annotation?.sure ?? null,
      corrected: layer.keys(),
      colourOf: look.colour,
    })
  })
  const places = computed(() => {
    const at = new Map<number, number>()
    plan.value?.regions.forEach(({ cells }, index) => cells.forEach(cell => at.set(cell, index)))
    return at
  })
  /** The class that leads the cell under the pointer, or else the cell cursor's; null: none. */
  const under = computed(() => {
    const cell = hovered.value ?? cursor.value
    const id = cell === null ? -1 : (plan.value?.leader[cell] ?? -1)
    return id < 0 ? null : id
  })
  /** Classes on this map to choose from first: those that are drawn, then those that lead the most cells. */
  const onMap = computed<readonly number[]>(() => {
    if (!plan.value) return []
    const cells = new Map<number, number>()
    for (const id of plan.value.leader) if (id >= 0) cells.set(id, (cells.get(id) ?? 0) + 1)
    const byArea = [...cells].sort(([a, n], [b, m]) => m - n || a - b).map(([id]) => id)
    return [...new Set([...plan.value.shares.keys(), ...byArea])].slice(0, mostOnMap)
  })
  /** What is drawn over the picture now. */
  const drawn = computed(() =>
    drawnOf(overlay.value, peek.value, {
      chosen: tools.value.class,
      under: peek.value.alone ? under.value : null,
      isDrawn: id => plan.value?.shares.has(id) ?? false,
    }),
  )
  /** The classes that lead cells, by area; made only where all cells are shown. */
  const legend = computed(() => (shown.value ? legendOf(shown.value.view, hatches.value, look.colour) : []))
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
