/** The correction layer: overrides for single classes in single cells; everywhere else the machine's map applies. */
import { fail } from '../../base/error.ts'
import type { Change, CorrectionState, LayerEntry } from '../../contract/api/corrections.ts'

/**
 * Cell (y · W + x) → annotator class → its logit, or null if the class is removed, and the edit that set it. Never
 * changed in place: an edit makes a new layer that shares the unchanged parts. Cells without entries are absent.
 */
export type CorrectionLayer = ReadonlyMap<number, ReadonlyMap<number, LayerEntry>>

/** A layer as JSON, ordered by cell, then class. */
export type LayerList = CorrectionState['layer']

/** The layer of an uncorrected image. */
export const emptyLayer: CorrectionLayer = new Map()

/** The layer's entry for a class in a cell; null: none. */
export function entryAt(layer: CorrectionLayer, cell: number, id: number): LayerEntry | null {
  return layer.get(cell)?.get(id) ?? null
}

/** Number of (cell, class) entries of the layer. */
export function layerSize(layer: CorrectionLayer): number {
  let size = 0
  for (const entries of layer.values()) size += entries.size
  return size
}

/** Whether two entries have the same value and come from the same edit. */
function sameEntry(a: LayerEntry | null, b: LayerEntry | null): boolean {
  if (a === null || b === null) return a === b
  return a.logit === b.logit && a.edit === b.edit
}

/** The layer as a list, ordered by cell, then class. */
export function layerToList(layer: CorrectionLayer): LayerList {
  const list: LayerList = []
  for (const cell of [...layer.keys()].sort((a, b) => a - b))
    for (const [id, entry] of [...layer.get(cell)!].sort(([a], [b]) => a - b))
      list.push({ cell, class: id, entry: { ...entry } })
  return list
}

/** Back from {@link layerToList}, in any order; throws 'bad-data' if a class of a cell is listed twice. */
export function layerFromList(list: LayerList): CorrectionLayer {
  const layer = new Map<number, Map<number, LayerEntry>>()
  for (const { cell, class: id, entry } of list) {
    const entries = layer.get(cell) ?? new Map<number, LayerEntry>()
    if (entries.has(id))
      fail('bad-data', `a correction layer lists class ${id} of cell ${cell} twice`, { cell, class: id })
    layer.set(cell, entries.set(id, { ...entry }))
  }
  return layer
}

/**
 * Applies changes to the layer, one after another. Throws 'conflict' if a `before` does not match the layer;
 * the given layer never changes.
 */
export function applyChanges(layer: CorrectionLayer, changes: readonly Change[]): CorrectionLayer {
  if (changes.length === 0) return layer
  const next = new Map(layer)
  const fresh = new Map<number, Map<number, LayerEntry>>()
  for (const { cell, class: id, before, after } of changes) {
    let entries = fresh.get(cell)
    if (!entries) {
      entries = new Map(layer.get(cell))
      fresh.set(cell, entries)
      next.set(cell, entries)
    }
    if (!sameEntry(entries.get(id) ?? null, before))
      fail(
        'conflict',
        `class ${id} of cell ${cell} has been corrected differently since; read the corrections again`,
        { cell, class: id },
      )
    if (after === null) entries.delete(id)
    else entries.set(id, { logit: after.logit, edit: after.edit })
  }
  for (const [cell, entries] of fresh) if (entries.size === 0) next.delete(cell)
  return next
}

/** The inverse changes: applied after the given ones they restore the layer. */
export function invertChanges(changes: readonly Change[]): Change[] {
  return changes.map(change => ({ ...change, before: change.after, after: change.before })).reverse()
}

/** The cells that the changes touch, each once. */
export function changedCells(changes: readonly Change[]): number[] {
  return [...new Set(changes.map(change => change.cell))]
}

/**
 * Merges two consecutive groups of changes: each class of a cell at most once, without those that
 * return to their initial value. Used for the steps of one stroke.
 */
export function mergeChanges(first: readonly Change[], second: readonly Change[]): Change[] {
  const merged = new Map<string, Change>()
  for (const change of [...first, ...second]) {
    const key = `${change.cell},${change.class}`
    const known = merged.get(key)
    merged.set(key, known ? { ...known, after: change.after } : change)
  }
  return [...merged.values()].filter(({ before, after }) => !sameEntry(before, after))
}
