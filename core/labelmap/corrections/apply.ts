/** Applies a correction layer to the machine's map, for the whole map or for some cells. */
import { fail } from '../../base/error.ts'
import { cellRoom, writeCell, type Padding } from '../cell-entries.ts'
import type { LabelMap } from '../label-map.ts'
import { checkShape } from '../validate.ts'
import { correctedCell, refuseCell } from './cell.ts'
import type { CorrectionLayer } from './layer.ts'

/** Options for applying a layer. */
export interface ApplyOptions extends Padding {
  /** Ids must be below it: the number of the annotator's classes, or of all map classes (`mapOptions`). */
  classes: number
}

/** Throws 'mismatch' if the layer has cells or classes that the map cannot have. */
function checkLayer(map: LabelMap, layer: CorrectionLayer, classes: number): void {
  const [, H, W] = map.shape
  for (const [cell, entries] of layer) {
    if (cell >= H * W) refuseCell(cell, H, W)
    for (const id of entries.keys())
      if (id >= classes)
        fail('mismatch', `there is a correction of class ${id}, but there are ${classes} classes`, {
          cell,
          class: id,
        })
  }
}

/**
 * The corrected map, `[K, H, W]`: logits that the layer sets, classes that it adds, without those that it removes (they
 * have the fill logit again). K is the number of classes in the fullest cell; cells with fewer are padded with the lowest
 * classes that they do not list, at exactly the fill logit, which changes no target. Logits descend within a cell. The
 * machine's map is not changed; under an empty layer it is returned itself. Throws 'mismatch' if layer and map do not
 * fit.
 */
export function applyLayer(map: LabelMap, layer: CorrectionLayer, options: ApplyOptions): LabelMap {
  if (layer.size === 0) return map
  checkLayer(map, layer, options.classes)
  const [, H, W] = map.shape
  const cells = H * W
  const K = Math.max(1, fullest(map, layer))
  checkShape([K, H, W], K * cells, 'the corrected label map')
  const corrected: LabelMap = {
    shape: [K, H, W],
    ids:
      map.ids instanceof Uint32Array || options.classes > 65_536
        ? new Uint32Array(K * cells)
        : new Uint16Array(K * cells),
    logits: new Float32Array(K * cells),
  }
  const room = cellRoom()
  for (let cell = 0; cell < cells; cell++)
    writeCell(corrected, cell, correctedCell(map, layer, cell, room), options)
  return corrected
}

/**
 * The corrected map after some cells of the layer changed, for live brushing: `corrected` with those cells rewritten
 * in place if K suffices, else the whole map recomputed. Equal to {@link applyLayer} but for padding.
 */
export function updateCells(
  corrected: LabelMap,
  map: LabelMap,
  layer: CorrectionLayer,
  cells: readonly number[],
  options: ApplyOptions,
): LabelMap {
  if (corrected === map) return applyLayer(map, layer, options)
  const K = corrected.shape[0]
  const room = cellRoom()
  for (const cell of cells) {
    correctedCell(map, layer, cell, room)
    if (room.count > K) return applyLayer(map, layer, options)
    writeCell(corrected, cell, room, options)
  }
  return corrected
}

/** Largest number of entries in a cell under the layer. */
function fullest(map: LabelMap, layer: CorrectionLayer): number {
  const [K, H, W] = map.shape
  const cells = H * W
  let most = layer.size < cells ? K : 0
  for (const [cell, entries] of layer) {
    let count = K
    for (let k = 0; k < K; k++) if (entries.has(map.ids[k * cells + cell]!)) count--
    for (const { logit } of entries.values()) if (logit !== null) count++
    most = Math.max(most, count)
  }
  return most
}
