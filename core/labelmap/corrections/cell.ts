/** One cell of a label map under its corrections: its entries, strongest first. */
import { fail } from '../../base/error.ts'
import type { LayerEntry } from '../../contract/api/corrections.ts'
import { cellRoom, insert, type CellEntries } from '../cell-entries.ts'
import type { LabelMap } from '../label-map.ts'
import type { CorrectionLayer } from './layer.ts'

/** The machine's logit of a class in a cell, or null if the cell does not list it. */
export function machineLogit(map: LabelMap, cell: number, id: number): number | null {
  const cells = map.shape[1] * map.shape[2]
  for (let at = cell; at < map.ids.length; at += cells) if (map.ids[at] === id) return map.logits[at]!
  return null
}

/** The corrected logit of a class in a cell, or null if the cell does not list it. */
export function correctedLogit(
  map: LabelMap,
  layer: CorrectionLayer,
  cell: number,
  id: number,
): number | null {
  const entry = layer.get(cell)?.get(id)
  return entry ? entry.logit : machineLogit(map, cell, id)
}

/**
 * The corrected entries of one cell, by descending logit (ties: the lower class), without padding. Logits are rounded to
 * float32, as in label maps. With `room`, nothing is allocated.
 */
export function correctedCell(
  map: LabelMap,
  layer: CorrectionLayer,
  cell: number,
  room: CellEntries = cellRoom(),
): CellEntries {
  const [K, H, W] = map.shape
  const cells = H * W
  if (!(cell >= 0 && cell < cells)) refuseCell(cell, H, W)
  const corrections: ReadonlyMap<number, LayerEntry> | undefined = layer.get(cell)
  room.count = 0
  for (let k = 0; k < K; k++) {
    const id = map.ids[k * cells + cell]!
    if (!corrections?.has(id)) insert(room, id, map.logits[k * cells + cell]!)
  }
  if (corrections)
    for (const [id, { logit }] of corrections) if (logit !== null) insert(room, id, Math.fround(logit))
  return room
}

/** Throws 'mismatch': the layer belongs to another map. */
export function refuseCell(cell: number, H: number, W: number): never {
  return fail(
    'mismatch',
    `there is a correction of cell ${cell}, but the label map has ${H} × ${W} cells; it belongs to another map`,
    { cell, height: H, width: W },
  )
}
