/** Corrections of a label map: the layer, its edits and their operations, tools, history and bytes; pure. */
export { applyLayer, checkLayer, updateCells, type ApplyOptions } from './apply.ts'
export { cellRoom, correctedCell, correctedLogit, machineLogit, type CellEntries } from './cell.ts'
export { decodeLayer, encodeLayer, layerLimits } from './codec.ts'
export {
  emptyHistory,
  historyFrom,
  historyList,
  reduceHistory,
  type CorrectionHistory,
  type HistoryStep,
} from './history.ts'
export { inspectCell, type CellClass } from './inspect.ts'
export {
  applyChanges,
  changedCells,
  emptyLayer,
  entryAt,
  invertChanges,
  layerFromList,
  layerSize,
  layerToList,
  mergeChanges,
  sameEntry,
  type CorrectionLayer,
  type LayerList,
} from './layer.ts'
export { maxLogit, planChanges } from './plan.ts'
export { revertAll, revertCells, revertEdit } from './revert.ts'
export {
  brushCells,
  imageCells,
  rectangleCells,
  regionCells,
  type CellGrid,
  type CellPoint,
} from './tools.ts'
