/** The state of the annotate screen as plain data, with its reducers; pure. */
import type { Relabelled } from '../../../labels/image-labels.ts'
import { applyLayer, updateCells, type CorrectionLayer } from '../../../../core/labelmap/corrections/index.ts'
import type { ReviewState } from '../../../../core/contract/review-state.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import { mapOptions, shownMap, updateShown } from '../../../../core/labelmap/class-space.ts'
import { classesByArea } from '../../../../core/labelmap/layers.ts'
import type { Hatch } from '../../../../core/labelmap/palette.ts'
import type { Crop } from '../../../../core/pooling/crop.ts'
import type { ApiError } from '../../../api/error.ts'
import type { AnnotationGround, LoadedImage } from '../../../labelmap/load.ts'
import type { ImageCorrections } from '../saving/corrections.ts'
import { firstOverlay, noPeek, type OverlayOptions, type Peek } from './overlay.ts'
import { differingCells } from './stroke.ts'
import { firstTools, reduceTools, type ToolState } from './tools.ts'

/** The displayed map. */
export interface ShownMap {
  /** The corrected map, in map classes: what targets are made of. */
  map: LabelMap
  /** The same in shown classes: what is displayed. */
  view: LabelMap
  layer: CorrectionLayer
  /** Cells that differ from the previous map; null: check all. */
  cells: readonly number[] | null
}

export interface ScreenState {
  ground: AnnotationGround | null
  image: LoadedImage | null
  corrections: ImageCorrections | null
  shown: ShownMap | null
  loading: boolean
  problem: ApiError | null
  tools: ToolState
  overlay: OverlayOptions
  peek: Peek
  /** The class whose regions stand out: that of the row under the pointer. */
  lit: number | null
  /** Cell under the pointer, and the keyboard's. */
  hovered: number | null
  cursor: number | null
  crop: Crop | null
  /** What the last edit did, for the status bar. */
  said: string | null
  /** What it did to the target. */
  saidTarget: string | null
  /** Hatches of the classes seen on this image so far. */
  hatches: Map<number, Hatch>
}

export const firstScreen: ScreenState = {
  ground: null,
  image: null,
  corrections: null,
  shown: null,
  loading: false,
  problem: null,
  tools: firstTools,
  overlay: firstOverlay,
  peek: noPeek,
  lit: null,
  hovered: null,
  cursor: null,
  crop: null,
  said: null,
  saidTarget: null,
  hatches: new Map(),
}

/** Height and width of an image's map in cells. */
export function gridOf(image: LoadedImage | null): { height: number; width: number } | null {
  const map = image?.map
  return map ? { height: map.shape[1], width: map.shape[2] } : null
}

/** An image is shown with its corrections. */
export function arrive(
  state: ScreenState,
  image: LoadedImage,
  corrections: ImageCorrections | null,
  layer: CorrectionLayer,
): ScreenState {
  const [before, now] = [gridOf(state.image), gridOf(image)]
  const sameGrid = before?.height === now?.height && before?.width === now?.width
  const next: ScreenState = {
    ...state,
    image,
    corrections,
    shown: null,
    hovered: null,
    cursor: sameGrid ? state.cursor : null,
    crop: null,
    said: null,
    saidTarget: null,
    lit: null,
    hatches: new Map(),
  }
  const shown = { ...next, shown: shownWith(next, layer) }
  return { ...shown, tools: withClass(shown) }
}

/** The initial class: that of the given label, else the map's strongest. */
function withClass({ tools, image, ground, shown }: ScreenState): ToolState {
  if (tools.class !== null) return tools
  const label = image?.info.item.label ?? null
  const id = ground ? (label ?? (shown ? classesByArea(shown.view)[0]?.id : undefined)) : undefined
  return id === undefined ? tools : reduceTools(tools, { kind: 'class', id })
}

/** The map under a layer; recomputes only cells in which it differs from the displayed layer. */
export function shownWith(
  { image, ground, shown: before }: ScreenState,
  layer: CorrectionLayer,
): ShownMap | null {
  const map = image?.map
  if (!map || !ground) return null
  const { space } = ground
  const options = mapOptions(space)
  if (!before) {
    const corrected = applyLayer(map, layer, options)
    return { map: corrected, view: shownMap(corrected, space), layer, cells: null }
  }
  if (before.layer === layer) return before
  const cells = differingCells(before.layer, layer)
  const corrected = updateCells(before.map, map, layer, cells, options)
  return { map: corrected, view: updateShown(before.view, corrected, space, cells), layer, cells }
}

/** Nothing is shown. */
export const emptied = (state: ScreenState): ScreenState => ({
  ...state,
  shown: null,
  corrections: null,
  image: null,
})

/** An image was marked; ignored unless it is the displayed one. */
export function marked(state: ScreenState, id: number, review: ReviewState): ScreenState {
  const { image } = state
  if (image?.info.item.id !== id) return state
  return { ...state, image: { ...image, info: { ...image.info, item: { ...image.info.item, review } } } }
}

/** An image has other labels now; ignored unless it is the displayed one. */
export function relabelled(state: ScreenState, { item, truth }: Relabelled): ScreenState {
  const { image } = state
  if (image?.info.item.id !== item.id) return state
  return { ...state, image: { ...image, info: { ...image.info, item, truth } } }
}
