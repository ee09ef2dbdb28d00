/** The annotate screen's state: which image, its map under its corrections, the tool, the view of the map. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Swatch } from '../../../../core/labelmap/palette.ts'
import {
  applyLayer,
  emptyHistory,
  updateCells,
  type CorrectionLayer,
} from '../../../../core/labelmap/corrections/index.ts'
import { differingCells } from './stroke.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import type { Crop } from '../../../../core/pooling/crop.ts'
import { toApiError, type ApiError } from '../../../api/client.ts'
import { isolated } from '../../../i18n/isolate.ts'
import { useProject } from '../../../stores/project.ts'
import { legendOf } from '../../../stage/swatches.ts'
import { createLoader, loadAnnotation } from '../../../labelmap/load.ts'
import type { AnnotationGround, ImageLoader, LoadedImage } from '../../../labelmap/load.ts'
import { firstOverlay } from './overlay.ts'
import { useSaving, type ImageCorrections } from '../saving/store.ts'
import { firstTools, reduceTools, type ToolAction } from './tools.ts'

/** The map as it is shown. */
export interface ShownMap {
  map: LabelMap
  layer: CorrectionLayer
  /** Cells that differ from what was shown before; null: look at all. */
  cells: readonly number[] | null
}

export const useAnnotate = defineStore('annotate', () => {
  const project = useProject()
  const saving = useSaving()

  const ground = shallowRef<AnnotationGround | null>(null)
  const image = shallowRef<LoadedImage | null>(null)
  const corrections = shallowRef<ImageCorrections | null>(null)
  const shown = shallowRef<ShownMap | null>(null)
  const loading = ref(false)
  const problem = shallowRef<ApiError | null>(null)
  const tools = shallowRef(firstTools)
  const overlay = shallowRef(firstOverlay)
  /** Cell under the pointer, and the keyboard's. */
  const hovered = ref<number | null>(null)
  const cursor = ref<number | null>(null)
  const crop = shallowRef<Crop | null>(null)
  /** A word on what the last edit did, for the status bar. */
  const said = ref<string | null>(null)
  let loader: ImageLoader | null = null
  let place = ''
  let wanted = 0
  const swatches = shallowRef(new Map<number, Swatch>())

  const history = computed(() => corrections.value?.history.value ?? emptyHistory)
  const grid = computed(() => {
    const map = image.value?.map
    return map ? { height: map.shape[1], width: map.shape[2] } : null
  })
  watch(history, () => shown.value && showHistory(), { flush: 'sync' })
  const legend = computed(() => (shown.value ? legendOf(shown.value.map, swatches.value) : []))
  /** The class whose strength is shown in that mode. */
  const focus = computed(() => tools.value.class)
  /** Why nothing can be corrected here: a message's key, or null. */
  const locked = computed<'readonly' | 'nomap' | null>(() => {
    if (project.info?.readonly) return 'readonly'
    return image.value?.map && corrections.value ? null : 'nomap'
  })
  const className = (id: number): string => isolated(ground.value?.names[id] ?? `#${id}`)

  function act(action: ToolAction): void {
    tools.value = reduceTools(tools.value, action)
  }

  /** Shows the corrected map from the history: only cells that the layer says something else of are made anew. */
  function showHistory(): void {
    const [map, base] = [image.value?.map, ground.value]
    const { layer } = history.value
    if (!map || !base) {
      shown.value = null
      return
    }
    const options = { fill: base.fill, classes: base.classes }
    const before = shown.value
    if (!before) {
      shown.value = { map: applyLayer(map, layer, options), layer, cells: null }
      return
    }
    const cells = differingCells(before.layer, layer)
    shown.value = { map: updateCells(before.map, map, layer, cells, options), layer, cells }
  }

  /** The loader of the project's current annotation; another annotation begins anew. */
  async function prepare(): Promise<ImageLoader> {
    const info = project.info
    const id = info?.annotation ?? null
    const now = `${info?.dir ?? ''} ${id ?? ''}`
    if (loader && place === now) return loader
    const next = id && info ? await loadAnnotation(id, info.classes) : null
    // What is shown belongs to the annotation before.
    clear()
    ground.value = next
    loader = createLoader(next)
    place = now
    act({ kind: 'forget' })
    return loader
  }

  /** Goes to an image; the newest call wins. */
  async function show(id: number): Promise<void> {
    const turn = ++wanted
    loading.value = true
    problem.value = null
    try {
      const images = await prepare()
      const loaded = await images.get(id)
      const base = ground.value
      const dir = project.info?.dir
      const fixes =
        base && loaded.map && dir ? await saving.use({ project: dir, annotation: base.id, image: id }) : null
      if (turn !== wanted) {
        if (fixes) saving.leave(fixes)
        return
      }
      if (corrections.value) saving.leave(corrections.value)
      take(loaded, fixes)
    } catch (error) {
      if (turn === wanted) problem.value = toApiError(error)
    } finally {
      if (turn === wanted) loading.value = false
    }
  }

  function take(loaded: LoadedImage, fixes: ImageCorrections | null): void {
    const sameGrid =
      loaded.map?.shape[1] === image.value?.map?.shape[1] &&
      loaded.map?.shape[2] === image.value?.map?.shape[2]
    shown.value = null
    image.value = loaded
    corrections.value = fixes
    hovered.value = null
    if (!sameGrid) cursor.value = null
    crop.value = null
    said.value = null
    swatches.value = new Map()
    if (loaded.map) legendOf(loaded.map, swatches.value)
    showHistory()
    if (tools.value.class === null) chooseFirstClass(loaded)
  }

  /** The given label's class, else the map's strongest. */
  function chooseFirstClass(loaded: LoadedImage): void {
    const label = loaded.info.item.label
    const given = label === null ? -1 : (ground.value?.annotatorOf[label] ?? -1)
    const id = given >= 0 ? given : legend.value[0]?.id
    if (id !== undefined) act({ kind: 'class', id })
  }

  /** Shows nothing; what is unsaved goes on being saved. */
  function clear(): void {
    if (corrections.value) saving.leave(corrections.value)
    shown.value = null
    corrections.value = null
    image.value = null
  }

  /** The screen is left. */
  function leave(): void {
    wanted++
    clear()
    loading.value = false
  }

  /** Reads the image anew, after a mark or a failure. */
  async function reload(): Promise<void> {
    const id = image.value?.info.item.id
    if (id === undefined) return
    loader?.forget(id)
    await show(id)
  }

  return {
    ground,
    image,
    corrections,
    history,
    shown,
    loading,
    problem,
    tools,
    overlay,
    hovered,
    cursor,
    crop,
    said,
    grid,
    legend,
    focus,
    locked,
    className,
    act,
    show,
    showHistory,
    reload,
    leave,
    prefetch: (id: number) => loader?.prefetch(id),
    forget: (id: number) => loader?.forget(id),
  }
})
