/** Lists the classes of a cell with the machine's logit, the corrected logit, and the edit that set it. */
import type { Edit } from '../../contract/api/corrections.ts'
import type { LabelMap } from '../label-map.ts'
import { correctedCell, machineLogit } from './cell.ts'
import { entryAt } from './layer.ts'
import type { CorrectionLayer } from './layer.ts'

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
