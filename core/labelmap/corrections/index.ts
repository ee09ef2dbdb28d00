/** Corrections of a label map: the layer, its edits and their operations, tools, history and bytes; pure. */
export { applyLayer, updateCells } from './apply.ts'
export {
  carryEdits,
  type Carried,
  type CarryDestination,
  type LeaderChange,
  type LeftOut,
  type LeftOutReason,
} from './carry.ts'
export { correctedCell, correctedLogit } from './cell.ts'
export { decodeLayer, encodeLayer } from './codec.ts'
export {
  emptyHistory,
  historyFrom,
  historyList,
  reduceHistory,
  type CorrectionHistory,
  type HistoryStep,
} from './history.ts'
export { inspectCell, inspectShown, type CellClass } from './inspect.ts'
export {
  applyChanges,
  changedCells,
  emptyLayer,
  invertChanges,
  layerFromList,
  layerSize,
  layerToList,
  mergeChanges,
  type CorrectionLayer,
  type LayerList,
} from './layer.ts'
export { planChanges } from './plan.ts'
export { revertAll, revertCells, revertEdit } from './revert.ts'
export {
  brushCells,
  imageCells,
  rectangleCells,
  regionCells,
  type CellGrid,
  type CellPoint,
} from './tools.ts'
