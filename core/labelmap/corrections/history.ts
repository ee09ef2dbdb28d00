/** The history of an image's corrections: edits in force and undone ones, as a pure reducer over reversible diffs. */
import { fail } from '../../base/error.ts'
import type { CorrectionState, Edit, HistoryEdit } from '../../contract/api/corrections.ts'
import { applyChanges, emptyLayer, invertChanges, layerFromList } from './layer.ts'
import type { CorrectionLayer } from './layer.ts'

/** State of an image's corrections. */
export interface CorrectionHistory {
  layer: CorrectionLayer
  /** Edits in force, oldest first. */
  done: readonly Edit[]
  /** Undone edits, the one to redo next first. */
  undone: readonly Edit[]
}

/** A step of the history. */
export type HistoryStep = { kind: 'edit'; edit: Edit } | { kind: 'undo' } | { kind: 'redo' }

/** The state of an uncorrected image. */
export const emptyHistory: CorrectionHistory = { layer: emptyLayer, done: [], undone: [] }

/** Converts the backend's response. */
export function historyFrom(state: Pick<CorrectionState, 'layer' | 'history'>): CorrectionHistory {
  const edits = (wanted: boolean): Edit[] => {
    const found: Edit[] = []
    for (const { undone, ...edit } of state.history) if (undone === wanted) found.push(edit)
    return found
  }
  return { layer: layerFromList(state.layer), done: edits(false), undone: edits(true) }
}

/** All edits as the contract lists them: those in force, oldest first, then those that can be redone. */
export function historyList(history: CorrectionHistory): HistoryEdit[] {
  return [
    ...history.done.map(edit => ({ ...edit, undone: false })),
    ...history.undone.map(edit => ({ ...edit, undone: true })),
  ]
}

/**
 * The history after a step. A new edit discards undone edits. Throws 'conflict' if an edit does not fit the layer,
 * 'usage' if there is nothing to undo or redo.
 */
export function reduceHistory(history: CorrectionHistory, step: HistoryStep): CorrectionHistory {
  const { layer, done, undone } = history
  switch (step.kind) {
    case 'edit':
      return { layer: applyChanges(layer, step.edit.changes), done: [...done, step.edit], undone: [] }
    case 'undo': {
      const edit = done.at(-1) ?? fail('usage', 'there is no edit to undo')
      return {
        layer: applyChanges(layer, invertChanges(edit.changes)),
        done: done.slice(0, -1),
        undone: [edit, ...undone],
      }
    }
    case 'redo': {
      const edit = undone[0] ?? fail('usage', 'there is no edit to redo')
      return {
        layer: applyChanges(layer, edit.changes),
        done: [...done, edit],
        undone: undone.slice(1),
      }
    }
  }
}
