/** Which changes of a history still count: those from which the layer's entries follow. */
import type { Change, Edit, LayerEntry } from '../../contract/api/corrections.ts'
import { layerToList, type CorrectionLayer } from './layer.ts'

/** One number for a class of a cell; both are below 2²⁵. */
const keyOf = (cell: number, id: number): number => cell * 2 ** 25 + id

/**
 * By edit, the changes that the layer's entries are made of: each entry's own, that of the entry that it replaced, and so
 * on back to what was there before the edits. Applied in the order of the edits, without any others, they give the same
 * layer. Edits of which nothing is left are absent.
 */
export function changesInForce(layer: CorrectionLayer, edits: readonly Edit[]): Map<string, Change[]> {
  const changesOf = new Map<string, Map<number, Change>>()
  for (const { id, changes } of edits)
    changesOf.set(id, new Map(changes.map(one => [keyOf(one.cell, one.class), one])))
  const kept = new Map<string, Change[]>()
  for (const { cell, class: id, entry } of layerToList(layer)) {
    const key = keyOf(cell, id)
    const chain: LayerEntry[] = []
    let at: LayerEntry | null = entry
    for (let by; at && (by = changesOf.get(at.edit)); at = by.get(key)?.before ?? null) chain.push(at)
    for (const after of chain.reverse()) {
      const changes = kept.get(after.edit) ?? []
      changes.push({ cell, class: id, before: at, after })
      kept.set(after.edit, changes)
      at = after
    }
  }
  return kept
}
