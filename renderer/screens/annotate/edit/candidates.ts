/** The classes that a cell may be, by number keys, and turning the cell or its region into one of them. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { inspectShown, regionCells } from '../../../../core/labelmap/corrections/index.ts'
import type { Operation } from '../../../../core/contract/api/corrections.ts'
import { cellShares } from '../../../labelmap/cell-shares.ts'
import type { Point } from '../../../stage/view.ts'
import { createState, readable } from '../../../stores/state.ts'
import { useAnnotate } from '../state/store.ts'
import { useEditing } from './editing.ts'

export interface CandidatePlace {
  cell: number
  /** CSS pixels of the window. */
  at: Point
  /** Of the cell's region; false: of the cell alone. */
  region: boolean
}

/** A class that a key chooses. */
export interface Candidate {
  key: string
  id: number
  share: number
  given: boolean
}

const first: { place: CandidatePlace | null } = { place: null }
const keyed = 9

export const useCandidates = defineStore('annotate-candidates', () => {
  const screen = useAnnotate()
  const editing = useEditing()
  const state = createState(first)
  const { place } = state.fields

  /** The cells of the region: the drawn one, else those that touch the cell and that the same class leads. */
  const cells = computed<readonly number[]>(() => {
    const { shown, plan } = screen
    if (!place.value || !shown) return []
    const { cell } = place.value
    if (!place.value.region) return [cell]
    return plan?.regions[screen.regionAt(cell) ?? -1]?.cells ?? regionCells(shown.view, cell)
  })
  /** The class that leads it; −1: none. */
  const leader = computed(() => screen.plan?.leader[place.value?.cell ?? -1] ?? -1)

  /** The given label on 0, then what a person set in the cell, then its other classes, the strongest first. */
  const list = computed<readonly Candidate[]>(() => {
    const { image, shown, ground, given, history } = screen
    if (!place.value || !image?.map || !shown || !ground) return []
    const inCell = inspectShown(image.map, shown.layer, history.done, place.value.cell, ground.space)
    const shares = cellShares(inCell, ground.space)
    const shareOf = (id: number): number => shares.find(one => one.class === id)?.share ?? 0
    const others = shares
      .filter(one => one.logit !== null && one.logit > ground.fill && one.class !== given)
      .sort((a, b) => Number(b.editId !== null) - Number(a.editId !== null))
      .slice(0, keyed)
      .map((one, i) => ({ key: String(i + 1), id: one.class, share: one.share, given: false }))
    if (given === null) return others
    return [{ key: '0', id: given, share: shareOf(given), given: true }, ...others]
  })

  const close = (): void => state.set({ place: null })

  /** Makes the region, or only the cell, the class of a candidate; null: nothing is there. */
  function choose(id: number | null, alone: boolean): void {
    const now = place.value
    if (!now) return
    const blank = { to: null, what: null, ids: 'shown' as const }
    const operation: Operation =
      id === null
        ? { kind: 'nothing', class: null, amount: null, ...blank }
        : { kind: 'label', class: id, amount: screen.tools.probability, ...blank }
    const isRegion = now.region && !alone
    const over = isRegion ? cells.value : [now.cell]
    close()
    editing.apply(operation, over, isRegion ? 'region' : 'brush')
  }

  return readable(state, {
    cells,
    leader,
    list,
    open(next: CandidatePlace) {
      if (screen.shown && screen.locked === null) state.set({ place: next })
    },
    close,
    choose,
  })
})
