/** Reverts corrections with a new edit: cells, one edit, or everything. */
import { fail } from '../../base/error.ts'
import type { Change, Edit, HistoryEdit, LayerEntry } from '../../contract/api/corrections.ts'
import type { CorrectionLayer } from './layer.ts'
import { layerToList } from './layer.ts'

/** Changes that reset these cells to the machine's values. */
export function revertCells(layer: CorrectionLayer, cells: Iterable<number>): Change[] {
  const changes: Change[] = []
  for (const cell of new Set(cells))
    for (const [id, entry] of layer.get(cell) ?? [])
      changes.push({ cell, class: id, before: entry, after: null })
  return changes
}

/** Changes that reset every cell to the machine's values. */
export function revertAll(layer: CorrectionLayer): Change[] {
  return revertCells(layer, layer.keys())
}

/**
 * Changes that revert what one edit still sets: each of its entries becomes what it was before that edit, or, if
 * that value belongs to an edit that has itself been reverted, what it was before that one, and so on. Values of later
 * edits stay. Empty if nothing of the edit is left. A revert sets no values itself, so it can be undone but not
 * reverted. Throws 'not-found' if no edit in force has the id.
 */
export function revertEdit(
  layer: CorrectionLayer,
  history: readonly (Edit | HistoryEdit)[],
  edit: string,
): Change[] {
  const inForce = new Map<string, Edit>()
  for (const one of history) if (!('undone' in one && one.undone)) inForce.set(one.id, one)
  if (!inForce.has(edit)) fail('not-found', `no edit in force has the id ${edit}`, { edit })
  const reverted = new Set([edit])
  for (const { operation, changes } of inForce.values()) {
    // All changes of such a revert are based on entries of the edit that it reverts.
    const target = operation.kind === 'revert' && operation.what === 'edit' ? changes[0]?.before : null
    if (target) reverted.add(target.edit)
  }
  const befores = new Map<string, Map<string, LayerEntry | null>>()
  const beforeOf = (entry: LayerEntry, key: string): LayerEntry | null => {
    let known = befores.get(entry.edit)
    if (!known) {
      known = new Map()
      for (const { cell, class: id, before } of inForce.get(entry.edit)?.changes ?? []) {
        const at = `${cell},${id}`
        if (!known.has(at)) known.set(at, before)
      }
      befores.set(entry.edit, known)
    }
    return known.get(key) ?? null
  }
  const changes: Change[] = []
  for (const { cell, class: id, entry } of layerToList(layer)) {
    if (entry.edit !== edit) continue
    let after: LayerEntry | null = entry
    while (after !== null && reverted.has(after.edit)) after = beforeOf(after, `${cell},${id}`)
    changes.push({ cell, class: id, before: entry, after })
  }
  return changes
}
