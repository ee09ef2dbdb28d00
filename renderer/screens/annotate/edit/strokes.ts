/** Strokes of the pointer or the keyboard's cell in progress; a finished stroke is passed on. */
import { computed, shallowRef, watch } from 'vue'
import { imageCells, type CellPoint } from '../../../../core/labelmap/corrections/index.ts'
import type { CorrectionLayer } from '../../../../core/labelmap/corrections/index.ts'
import type { Operation } from '../../../../core/contract/api/corrections.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import type { RegionPlan } from '../../../../core/labelmap/regions/index.ts'
import { useAnnotate } from '../state/store.ts'
import { snapped } from '../state/snap.ts'
import { beginStroke, changesOf, coverCells, type Stroke } from '../state/stroke.ts'
import { isBox, isMeaning, touchedCells } from '../state/tools.ts'
import { leadersOf } from './outcome.ts'
import { timed } from './timings.ts'

/** A stroke in progress. */
interface Gesture {
  stroke: Stroke
  /** The layer that it is based on. */
  base: CorrectionLayer
  from: CellPoint
  last: CellPoint
  /** Cells under the tool, without those that come along. */
  own: readonly number[]
  /** What it may take along: the regions as they were; null: nothing. */
  plan: RegionPlan | null
  before: Before
}

/** An image before an edit. */
export interface Before {
  /** [H·W] the class that led each cell, −1: none. */
  led: readonly { id: number; share: number }[]
  /** The corrected map. */
  map: LabelMap
}

/** How a stroke ended: the history changed underneath it, nothing changed, or it makes an edit. */
export type Ending = 'moved' | 'nothing' | Gesture

/** How a stroke begins. */
export interface StrokeOptions {
  /** It takes nothing along. */
  alone?: boolean
}

const none: readonly number[] = []

/** A copy that live brushing does not change. */
export const copyOfMap = (map: LabelMap): LabelMap => ({
  shape: [...map.shape],
  ids: map.ids.slice(),
  logits: map.logits.slice(),
})

export function useStrokes() {
  const screen = useAnnotate()
  const gesture = shallowRef<Gesture | null>(null)
  const active = computed(() => gesture.value !== null)
  const pending = computed(() => gesture.value?.own ?? none)

  function change(part: Partial<Gesture>): void {
    if (gesture.value) gesture.value = { ...gesture.value, ...part }
  }

  /** Begins at a position in units of cells. */
  function begin(operation: Operation, at: CellPoint, { alone = false }: StrokeOptions = {}): boolean {
    const { shown, tools, ground, grid } = screen
    if (!shown || !ground || !grid || tools.tool === 'inspect') return false
    const takes = tools.snap && !alone && isMeaning(tools.operation)
    gesture.value = {
      stroke: beginStroke(crypto.randomUUID(), operation, shown.layer, shown),
      base: screen.history.layer,
      from: at,
      last: at,
      own: none,
      plan: takes ? screen.plan : null,
      before: {
        led: leadersOf(shown.view, imageCells(grid), ground.space),
        map: copyOfMap(shown.map),
      },
    }
    cover(operation.kind === 'really' && tools.everywhere ? imageCells(grid) : reach(at, at))
    return true
  }

  const reach = (from: CellPoint, to: CellPoint): readonly number[] =>
    screen.shown ? touchedCells(screen.tools, screen.shown.view, from, to) : none

  /** Continues to a position. The brush adds cells, a box is drawn anew; region and image are complete at once. */
  function move(to: CellPoint): void {
    const now = gesture.value
    const { tool, everywhere } = screen.tools
    if (!now || (everywhere && now.stroke.operation.kind === 'really')) return
    if (isBox(tool)) cover(reach(now.from, to))
    if (tool === 'brush') cover([...new Set([...now.own, ...reach(now.last, to)])])
    change({ last: to })
  }

  function cover(own: readonly number[]): void {
    const [machine, ground, now] = [screen.image?.map, screen.ground, gesture.value]
    if (!now || !machine || !ground) return
    if (own.length === now.own.length && own.every((cell, i) => cell === now.own[i])) return
    const cells = snapped(own, now.plan, now.stroke.operation)
    const step = timed('apply', () => coverCells(now.stroke, { machine, space: ground.space }, cells))
    change({ stroke: step.stroke, own })
    if (step.changed.length === 0) return
    const { corrected: map, view, layer } = step.stroke
    timed('paint', () => screen.showStroke({ map, view, layer, cells: step.changed }))
  }

  function drop(): void {
    gesture.value = null
  }

  /** null: there was none. */
  function end(): Ending | null {
    const now = gesture.value
    drop()
    if (!now) return null
    if (now.base !== screen.history.layer) {
      screen.showHistory()
      return 'moved'
    }
    return changesOf(now.stroke).length === 0 ? 'nothing' : now
  }

  function cancel(): void {
    drop()
    screen.showHistory()
  }

  // A stroke belongs to its image.
  watch(() => screen.corrections, drop, { flush: 'sync' })

  return { active, pending, begin, move, end, cancel }
}
