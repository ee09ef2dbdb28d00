/** Lists the classes of a cell with the machine's logit, the corrected logit, and the edit that set it. */
import type { Edit } from '../../contract/api/corrections.ts'
import type { LabelMap } from '../label-map.ts'
import { shownClassOf, type ClassSpace } from '../class-space.ts'
import { correctedCell, machineLogit } from './cell.ts'
import { entryAt } from './layer.ts'
import type { CorrectionLayer } from './layer.ts'
import { cellOf } from './meaning.ts'

/** One class of a cell. */
export interface CellClass {
  class: number
  /** The corrected logit; null if a person removed the class. */
  logit: number | null
  /** The machine's logit; null if it does not list the class. */
  machine: number | null
  /** Id of the edit that set it last; null: the machine did. */
  editId: string | null
  /** That edit, if `edits` contains it. */
  edit: Pick<Edit, 'id' | 'author' | 'created' | 'tool' | 'operation'> | null
}

/** The classes of a cell, strongest first, then those that were removed (lower class first). */
export function inspectCell(
  map: LabelMap,
  layer: CorrectionLayer,
  edits: readonly Edit[],
  cell: number,
): CellClass[] {
  const { ids, logits, count } = correctedCell(map, layer, cell)
  const tell = (id: number, logit: number | null): CellClass => {
    const entry = entryAt(layer, cell, id)
    const edit = entry && edits.find(one => one.id === entry.edit)
    const by = edit && {
      id: edit.id,
      author: edit.author,
      created: edit.created,
      tool: edit.tool,
      operation: edit.operation,
    }
    const machine = machineLogit(map, cell, id)
    return { class: id, logit, machine, editId: entry?.edit ?? null, edit: by ?? null }
  }
  const removed = [...(layer.get(cell) ?? [])].filter(([, entry]) => entry.logit === null).map(([id]) => id)
  return [
    ...ids.slice(0, count).map((id, k) => tell(id, logits[k]!)),
    ...removed.sort((a, b) => a - b).map(id => tell(id, null)),
  ]
}

/**
 * The same in shown classes: of several map classes behind one the maximum logit, the machine's largest, and the edit
 * of the strongest that a person set.
 */
export function inspectShown(
  map: LabelMap,
  layer: CorrectionLayer,
  edits: readonly Edit[],
  cell: number,
  space: ClassSpace,
): CellClass[] {
  const behind = new Map<number, CellClass[]>()
  for (const one of inspectCell(map, layer, edits, cell)) {
    const id = shownClassOf(space, one.class)
    behind.set(id, [...(behind.get(id) ?? []), one])
  }
  const tell = (id: number, logit: number | null): CellClass => {
    const all = behind.get(id) ?? []
    const set = all.find(one => one.editId !== null)
    const machine = all.reduce<number | null>(
      (most, one) => (one.machine === null ? most : Math.max(most ?? -Infinity, one.machine)),
      null,
    )
    return { class: id, logit, machine, editId: set?.editId ?? null, edit: set?.edit ?? null }
  }
  const { shown } = cellOf(map, layer, cell, space)
  const removed = [...behind].filter(([, all]) => all.every(one => one.logit === null)).map(([id]) => id)
  return [
    ...shown.ids.slice(0, shown.count).map((id, k) => tell(id, shown.logits[k]!)),
    ...removed.sort((a, b) => a - b).map(id => tell(id, null)),
  ]
}
