/** Strokes of the pointer or the keyboard's cell in progress; a finished stroke is passed on. */
import { computed, shallowRef, watch } from 'vue'
import type { CellPoint, CorrectionLayer } from '../../../../core/labelmap/corrections/index.ts'
import type { Operation } from '../../../../core/contract/api/corrections.ts'
import { useAnnotate } from '../state/store.ts'
import { addCells, beginStroke, type Stroke } from '../state/stroke.ts'
import { touchedCells } from '../state/tools.ts'
import { timed } from './timings.ts'

/** A stroke in progress. */
interface Gesture {
  stroke: Stroke
  /** The layer that it is based on. */
  base: CorrectionLayer
  from: CellPoint
  last: CellPoint
  /** Cells that a rectangle in progress covers. */
  pending: readonly number[]
}

/** How a stroke ended: the history changed underneath it, nothing changed, or it makes an edit. */
export type Ending = 'moved' | 'nothing' | Stroke

const none: readonly number[] = []

export function useStrokes() {
  const screen = useAnnotate()
  const gesture = shallowRef<Gesture | null>(null)
  const active = computed(() => gesture.value !== null)
  const pending = computed(() => gesture.value?.pending ?? none)

  function change(part: Partial<Gesture>): void {
    if (gesture.value) gesture.value = { ...gesture.value, ...part }
  }

  /** Begins at a position in units of cells. */
  function begin(operation: Operation, at: CellPoint): boolean {
    const { shown, tools } = screen
    if (!shown || tools.tool === 'inspect') return false
    const stroke = beginStroke(crypto.randomUUID(), operation, shown.layer, shown.map)
    gesture.value = { stroke, base: screen.history.layer, from: at, last: at, pending: none }
    const touched = touchedCells(tools, shown.map, at, at)
    if (tools.tool === 'rectangle') change({ pending: touched })
    else add(touched)
    return true
  }

  /** Continues to a position. Only the brush adds cells on the way; region and image are complete at once. */
  function move(to: CellPoint): void {
    const { shown, tools } = screen
    const now = gesture.value
    if (!shown || !now) return
    if (tools.tool === 'rectangle') change({ pending: touchedCells(tools, shown.map, now.from, to) })
    if (tools.tool === 'brush') add(touchedCells(tools, shown.map, now.last, to))
    change({ last: to })
  }

  function add(cells: readonly number[]): void {
    const [machine, ground, now] = [screen.image?.map, screen.ground, gesture.value]
    if (!now || !machine || !ground) return
    const { fill, classes } = ground
    const step = timed('apply', () => addCells(now.stroke, { machine, fill, classes }, cells))
    change({ stroke: step.stroke })
    if (step.changed.length === 0) return
    const { corrected: map, layer } = step.stroke
    timed('paint', () => screen.showStroke({ map, layer, cells: step.changed }))
  }

  function drop(): void {
    gesture.value = null
  }

  /** null: there was none. */
  function end(): Ending | null {
    if (pending.value.length > 0) add(pending.value)
    const now = gesture.value
    drop()
    if (!now) return null
    if (now.base !== screen.history.layer) {
      screen.showHistory()
      return 'moved'
    }
    return now.stroke.changes.length === 0 ? 'nothing' : now.stroke
  }

  function cancel(): void {
    drop()
    screen.showHistory()
  }

  // A stroke belongs to its image.
  watch(() => screen.corrections, drop, { flush: 'sync' })

  return { active, pending, begin, move, end, cancel }
}
