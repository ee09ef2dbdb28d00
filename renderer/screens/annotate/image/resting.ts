/** When the card shows: once the pointer, or the cell cursor, has rested over a cell. */
import { onScopeDispose, shallowRef } from 'vue'
import { createTimer } from '../../../stores/timer.ts'
import type { Point } from '../../../stage/view.ts'

/** A cell that is described, and the place that the description stands beside, in CSS pixels of the window. */
export interface Resting {
  cell: number
  at: Point
}

/** Rest before the card shows, milliseconds. */
const restTime = 150

export function useResting() {
  const resting = shallowRef<Resting | null>(null)
  let next: Resting | null = null
  const timer = createTimer(() => (resting.value = next))

  function leave(): void {
    timer.cancel()
    next = null
    resting.value = null
  }

  /** The pointer or the cursor moved. Within the cell that is described already, nothing changes. */
  function move(to: Resting): void {
    if (resting.value?.cell === to.cell) return
    resting.value = null
    next = to
    timer.restart(restTime)
  }

  onScopeDispose(leave)
  return { resting, move, leave }
}
