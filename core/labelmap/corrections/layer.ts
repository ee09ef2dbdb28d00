/** The correction layer: what a person says of single classes in single cells; everywhere else the machine's map stands. */
import { fail } from '../../base/error.ts'
import type { Change, CorrectionState, LayerEntry } from '../../contract/api/corrections.ts'

/**
 * Cell (y · W + x) → annotator class → its logit, or null where the class is removed, and the edit that said so. Never
 * changed in place: an edit makes a new layer that shares what stayed the same. A cell without entries is not in it.
 */
export type CorrectionLayer = ReadonlyMap<number, ReadonlyMap<number, LayerEntry>>

/** A layer as JSON, ordered by cell, then class. */
export type LayerList = CorrectionState['layer']

/** The layer of an image that nobody corrected. */
export const emptyLayer: CorrectionLayer = new Map()

/** What the layer says of a class in a cell; null: nothing. */
export function entryAt(layer: CorrectionLayer, cell: number, id: number): LayerEntry | null {
  return layer.get(cell)?.get(id) ?? null
}

/** Number of (cell, class) pairs that the layer speaks of. */
export function layerSize(layer: CorrectionLayer): number {
  let size = 0
  for (const entries of layer.values()) size += entries.size
  return size
}

/** Whether two entries say the same and come from the same edit. */
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

/** Back from {@link layerToList}, in any order; throws 'bad-data' where a class of a cell is listed twice. */
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
 * The layer after the changes, one after another. Throws 'conflict' where a `before` is not what the layer says then;
 * the given layer stays as it is in any case.
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
        `class ${id} of cell ${cell} was corrected otherwise meanwhile; read the corrections again`,
        { cell, class: id },
      )
    if (after === null) entries.delete(id)
    else entries.set(id, { logit: after.logit, edit: after.edit })
  }
  for (const [cell, entries] of fresh) if (entries.size === 0) next.delete(cell)
  return next
}

/** The changes that take these back: applied after them they give the layer as it was. */
export function invertChanges(changes: readonly Change[]): Change[] {
  return changes.map(change => ({ ...change, before: change.after, after: change.before })).reverse()
}

/** The cells that changes touch, each once. */
export function changedCells(changes: readonly Change[]): number[] {
  return [...new Set(changes.map(change => change.cell))]
}

/**
 * Two groups of changes, the second made after the first, as one: each class of a cell at most once, without those that
 * came back to where they began. For the steps of one stroke.
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
