/** What the annotate screen shows of its map: the plan of the regions, and what is drawn of it now. */
import { computed } from 'vue'
import { planRegions } from '../../../../core/labelmap/regions/index.ts'
import { useClassLook } from '../../../labelmap/class-look.ts'
import { legendOf } from '../../../stage/swatches.ts'
import { useClasses } from '../../../stores/classes.ts'
import { useProject } from '../../../stores/project.ts'
import type { State } from '../../../stores/state.ts'
import { drawnOf } from './overlay.ts'
import type { ScreenState } from './screen.ts'

/** A map of photographs can have a hundred leading classes; the rest are found by name. */
const mostOnMap = 20

export function useMapView(state: State<ScreenState>) {
  const project = useProject()
  const look = useClassLook()
  const classes = useClasses()
  const { ground, image, shown, tools, overlay, peek, hovered, cursor, hatches } = state.fields

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
  /** Cell → index of its region. */
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

  return { given, plan, places, under, onMap, drawn, legend }
}
