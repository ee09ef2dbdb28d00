/** One edit in progress: the cells that it covers, on a map that is updated in place as they change. */
import { applyChanges, planChanges, updateCells } from '../../../../core/labelmap/corrections/index.ts'
import type { CorrectionLayer } from '../../../../core/labelmap/corrections/index.ts'
import type { Change, Operation } from '../../../../core/contract/api/corrections.ts'
import { mapOptions, updateShown, type ClassSpace } from '../../../../core/labelmap/class-space.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'

export interface Stroke {
  edit: string
  operation: Operation
  /** The layer that it began on, and with its changes. */
  base: CorrectionLayer
  layer: CorrectionLayer
  corrected: LabelMap
  /** The corrected map in shown classes. */
  view: LabelMap
  /** What it changes in each cell that it covers. */
  byCell: ReadonlyMap<number, readonly Change[]>
}

export interface StrokeGround {
  machine: LabelMap
  space: ClassSpace
}

export const beginStroke = (
  edit: string,
  operation: Operation,
  base: CorrectionLayer,
  shown: { map: LabelMap; view: LabelMap },
): Stroke => ({
  edit,
  operation,
  base,
  layer: base,
  corrected: shown.map,
  view: shown.view,
  byCell: new Map(),
})

/** The changes of a stroke, in the order in which its cells were covered. */
export const changesOf = (stroke: Stroke): Change[] => [...stroke.byCell.values()].flat()

/**
 * The stroke over just these cells: new ones are changed, those that it no longer covers are as before it. Returns those
 * that differ now. Updates the stroke's own maps in place if their depth suffices.
 */
export function coverCells(
  stroke: Stroke,
  { machine, space }: StrokeGround,
  cells: readonly number[],
): { stroke: Stroke; changed: number[] } {
  const { base, byCell: before, operation, edit } = stroke
  const options = { edit, fill: space.fill, space }
  const byCell = new Map<number, readonly Change[]>()
  for (const cell of cells)
    byCell.set(cell, before.get(cell) ?? planChanges(machine, base, [cell], operation, options))
  const changed: number[] = []
  for (const [cell, changes] of before) if (changes.length > 0 && !byCell.has(cell)) changed.push(cell)
  for (const [cell, changes] of byCell) if (changes.length > 0 && !before.has(cell)) changed.push(cell)
  if (changed.length === 0) return { stroke: { ...stroke, byCell }, changed }
  const layer = applyChanges(base, [...byCell.values()].flat())
  const corrected = updateCells(stroke.corrected, machine, layer, changed, mapOptions(space))
  const view = updateShown(stroke.view, corrected, space, changed)
  return { stroke: { ...stroke, layer, corrected, view, byCell }, changed }
}

/** Cells in which two layers differ; shared parts are recognised by identity. */
export function differingCells(before: CorrectionLayer, after: CorrectionLayer): number[] {
  if (before === after) return []
  const cells: number[] = []
  for (const [cell, entries] of after) if (before.get(cell) !== entries) cells.push(cell)
  for (const cell of before.keys()) if (!after.has(cell)) cells.push(cell)
  return cells
}
