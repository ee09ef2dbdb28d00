/** The unsent steps of a correction, and rebasing them on a newer state of the backend; pure. */
import { reduceHistory, historyFrom } from '../../../../core/labelmap/corrections/index.ts'
import type { CorrectionHistory, HistoryStep } from '../../../../core/labelmap/corrections/index.ts'
import type { CorrectionState, Edit } from '../../../../core/contract/api/corrections.ts'

/** One step to save. Undo and redo name their edit. */
export type SaveStep =
  { kind: 'apply'; edit: Edit } | { kind: 'undo'; edit: string } | { kind: 'redo'; edit: string }

/** Id of the edit that a step concerns. */
const stepEdit = (step: SaveStep): string => (step.kind === 'apply' ? step.edit.id : step.edit)

/** The result of rebasing unsent steps on a newer state. */
export interface Reconciled {
  /** The backend's history with the steps that still apply. */
  history: CorrectionHistory
  /** Steps that still have to be sent. */
  keep: SaveStep[]
  /** Steps that no longer fit what is saved. */
  dropped: SaveStep[]
}

/**
 * Rebases unsent steps on the backend's state. A step that it already has (its answer was lost) is skipped; a step that
 * does not fit, and what depends on it, is dropped.
 */
export function reconcile(
  state: Pick<CorrectionState, 'layer' | 'history'>,
  steps: readonly SaveStep[],
): Reconciled {
  let history = historyFrom(state)
  const keep: SaveStep[] = []
  const dropped: SaveStep[] = []
  for (const step of steps) {
    const fate = fateOf(history, step)
    if (fate === 'there') continue
    if (fate === 'lost') {
      dropped.push(step)
      continue
    }
    try {
      history = reduceHistory(history, fate)
      keep.push(step)
    } catch {
      dropped.push(step)
    }
  }
  return { history, keep, dropped }
}

function fateOf(history: CorrectionHistory, step: SaveStep): HistoryStep | 'there' | 'lost' {
  const { done, undone } = history
  const inForce = done.some(edit => edit.id === stepEdit(step))
  const isUndone = undone.some(edit => edit.id === stepEdit(step))
  switch (step.kind) {
    case 'apply':
      return inForce || isUndone ? 'there' : { kind: 'edit', edit: step.edit }
    case 'undo':
      if (done.at(-1)?.id === step.edit) return { kind: 'undo' }
      return isUndone ? 'there' : 'lost'
    case 'redo':
      if (undone[0]?.id === step.edit) return { kind: 'redo' }
      return inForce ? 'there' : 'lost'
  }
}
