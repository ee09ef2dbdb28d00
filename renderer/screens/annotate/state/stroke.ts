/** One edit in progress: cells are added as the pointer moves, each once, on a map that is updated in place. */
import { applyChanges, planChanges, updateCells } from '../../../../core/labelmap/corrections/index.ts'
import type { CorrectionLayer } from '../../../../core/labelmap/corrections/index.ts'
import type { Change, Operation } from '../../../../core/contract/api/corrections.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'

export interface Stroke {
  edit: string
  operation: Operation
  layer: CorrectionLayer
  corrected: LabelMap
  /** Cells touched so far, changed or not. */
  touched: ReadonlySet<number>
  changes: Change[]
}

export interface StrokeGround {
  machine: LabelMap
  fill: number
  classes: number
}

export const beginStroke = (
  edit: string,
  operation: Operation,
  layer: CorrectionLayer,
  corrected: LabelMap,
): Stroke => ({ edit, operation, layer, corrected, touched: new Set(), changes: [] })

/** Adds cells; returns those that changed. Updates the stroke's own map in place if its depth suffices. */
export function addCells(
  stroke: Stroke,
  ground: StrokeGround,
  cells: readonly number[],
): { stroke: Stroke; changed: number[] } {
  const fresh = cells.filter(cell => !stroke.touched.has(cell))
  if (fresh.length === 0) return { stroke, changed: [] }
  const { machine, fill, classes } = ground
  const changes = planChanges(machine, stroke.layer, fresh, stroke.operation, { edit: stroke.edit, fill })
  const changed = [...new Set(changes.map(change => change.cell))]
  const layer = applyChanges(stroke.layer, changes)
  return {
    stroke: {
      ...stroke,
      layer,
      corrected: updateCells(stroke.corrected, machine, layer, changed, { fill, classes }),
      touched: new Set([...stroke.touched, ...fresh]),
      changes: [...stroke.changes, ...changes],
    },
    changed,
  }
}

/** Cells in which two layers differ; shared parts are recognised by identity. */
export function differingCells(before: CorrectionLayer, after: CorrectionLayer): number[] {
  if (before === after) return []
  const cells: number[] = []
  for (const [cell, entries] of after) if (before.get(cell) !== entries) cells.push(cell)
  for (const cell of before.keys()) if (!after.has(cell)) cells.push(cell)
  return cells
}
