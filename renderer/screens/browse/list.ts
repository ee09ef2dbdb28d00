/** The state of the grid's list as plain data: visible, active and selected items, with reducers; pure. */
import { clampOffset, gridGeometry, itemsAt, lastOffset, resized, reveal } from './geometry.ts'
import type { GridGeometry } from './geometry.ts'
import { nothingPicked, type Picked } from './selection.ts'

export interface ListState {
  /** Images of the query; null: not known yet. */
  total: number | null
  loading: boolean
  error: unknown
  /** Raised whenever an item may have changed. */
  tick: number
  /** Index of the active item. */
  active: number
  /** Scroll offset in pixels of the whole content. */
  offset: number
  picked: Picked
  /** The last layout of the grid. */
  grid: GridGeometry
}

export const firstList: ListState = {
  total: null,
  loading: false,
  error: null,
  tick: 0,
  active: 0,
  offset: 0,
  picked: nothingPicked,
  grid: gridGeometry({ width: 800, height: 600, total: 0, size: 168, caption: 56, gap: 8 }),
}

/** A query is shown from its beginning. */
export const begun = (state: ListState, total: number): ListState => ({
  ...state,
  total,
  offset: 0,
  active: 0,
  picked: nothingPicked,
  error: null,
  tick: state.tick + 1,
})

const within = (index: number, total: number): number => Math.max(0, Math.min(index, total - 1))

/** The item that keeps its position when the list changes: the active one if visible, else the one at the top. */
export function heldItem({ grid, offset, active }: ListState): number {
  const { first, end } = itemsAt(grid, offset)
  return active >= first && active < end ? active : first
}

/** The anchor that keeps an item in place when the list changes. */
export interface Place {
  /** Index of that item before, and now. */
  held: number
  now: number
  offset: number
  grid: GridGeometry
}

/** `held` has moved to `index` in a list of `total`; null: it is not in it any more. */
export function placeIn(state: ListState, held: number, index: number | null, total: number): Place {
  const now = within(index ?? held, total)
  const { columns, rowHeight } = state.grid
  const rows = Math.floor(now / columns) - Math.floor(held / columns)
  const grid = resized(state.grid, total)
  return { held, now, grid, offset: clampOffset(grid, state.offset + rows * rowHeight) }
}

/** The list changed. The component lays out the grid itself. */
export const refreshed = (state: ListState, { held, now, offset }: Place, total: number): ListState => ({
  ...state,
  total,
  offset,
  active: within(state.active + now - held, total),
  picked: state.picked.kind === 'all' ? { ...state.picked, total } : state.picked,
  error: null,
  tick: state.tick + 1,
})

/** Applies a new layout and keeps the anchored item in place. */
export function laidOut(state: ListState, next: GridGeometry): ListState {
  const { grid: before, offset } = state
  if (before.columns === next.columns && before.rowHeight === next.rowHeight)
    return { ...state, grid: next, offset: clampOffset(next, offset) }
  const held = heldItem(state)
  const above = offset - Math.floor(held / before.columns) * before.rowHeight
  const row = Math.floor(held / next.columns) * next.rowHeight
  return {
    ...state,
    grid: next,
    offset: clampOffset(next, row + above * (next.rowHeight / before.rowHeight)),
  }
}

export const scrolled = (state: ListState, to: number): ListState => ({
  ...state,
  offset: clampOffset(state.grid, to),
})

/** Makes an item active and scrolls to it; far jumps centre it, so that its surroundings are visible. */
export function wentTo(state: ListState, index: number, middle: boolean): ListState {
  if (state.total === null || state.total === 0) return state
  const { grid, offset } = state
  const active = within(index, state.total)
  const near = reveal(grid, offset, active)
  const far = middle || Math.abs(near - offset) > grid.height
  const half = Math.max(0, (grid.height - grid.rowHeight) / 2)
  const row = Math.floor(active / grid.columns) * grid.rowHeight
  return scrolled({ ...state, active }, far ? Math.min(lastOffset(grid), row - half) : near)
}
