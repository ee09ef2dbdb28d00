/** The selected images: some by id, or all of a query except some. Immutable plain data. */
import type { ImageQuery, Selection } from '../../../core/contract/api/browse.ts'

export type Picked =
  { kind: 'ids'; ids: ReadonlySet<number> } | { kind: 'all'; except: ReadonlySet<number>; total: number }

export const nothingPicked: Picked = { kind: 'ids', ids: new Set() }

/** The contract's limit of ids in one call. */
export const mostIds = 100_000

export const isPicked = (picked: Picked, id: number): boolean =>
  picked.kind === 'ids' ? picked.ids.has(id) : !picked.except.has(id)

export const countPicked = (picked: Picked): number =>
  picked.kind === 'ids' ? picked.ids.size : Math.max(0, picked.total - picked.except.size)

/** Toggles an image. */
export function toggle(picked: Picked, id: number): Picked {
  if (picked.kind === 'ids') return { kind: 'ids', ids: flipped(picked.ids, id) }
  const except = flipped(picked.except, id)
  return except.size >= picked.total ? nothingPicked : { ...picked, except }
}

/** Adds images. */
export function add(picked: Picked, ids: readonly number[]): Picked {
  if (picked.kind === 'ids') return { kind: 'ids', ids: new Set([...picked.ids, ...ids]) }
  const except = new Set(picked.except)
  for (const id of ids) except.delete(id)
  return { ...picked, except }
}

export const only = (ids: readonly number[]): Picked => ({ kind: 'ids', ids: new Set(ids) })

export const all = (total: number): Picked =>
  total > 0 ? { kind: 'all', except: new Set(), total } : nothingPicked

/** The selection as input of a call; undefined if nothing is selected. */
export function asSelection(picked: Picked, query: ImageQuery): Selection | undefined {
  if (countPicked(picked) === 0) return undefined
  return picked.kind === 'ids' ? { ids: [...picked.ids] } : { query, except: [...picked.except] }
}

function flipped(set: ReadonlySet<number>, id: number): Set<number> {
  const next = new Set(set)
  if (!next.delete(id)) next.add(id)
  return next
}
