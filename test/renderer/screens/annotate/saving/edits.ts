/** Small edits, and a backend in memory that keeps them as the real one does, for the tests of saving. */
import type { Change, CorrectionState, Edit } from '../../../../../core/contract/api/corrections.ts'
import {
  emptyHistory,
  historyList,
  layerToList,
  reduceHistory,
} from '../../../../../core/labelmap/corrections/index.ts'
import type { SaveStep } from '../../../../../renderer/screens/annotate/saving/steps.ts'

/** An edit that sets class 1 of some cells; `before` as it stands. */
export function editOf(id: string, cells: number[], before: Change['before'] = null): Edit {
  return {
    id: id.padEnd(8, '-'),
    author: 'ada',
    created: '2026-01-01T00:00:00.000Z',
    tool: 'brush',
    operation: { kind: 'set', class: 1, to: null, amount: 5, what: null },
    changes: cells.map(cell => ({
      cell,
      class: 1,
      before,
      after: { logit: 5, edit: id.padEnd(8, '-') },
    })),
  }
}

export class CodedError extends Error {
  readonly code: string
  constructor(code: string, message = code) {
    super(message)
    this.code = code
  }
}

/** A store with the contract's rules: versions, idempotent edits, only the newest undone. */
export function memoryBackend() {
  let history = emptyHistory
  let version = 0
  const fail = (): never => {
    throw new CodedError('conflict', 'someone else corrected this image meanwhile')
  }
  return {
    get history() {
      return history
    },
    state: (): CorrectionState => ({
      version,
      layer: layerToList(history.layer),
      history: historyList(history),
    }),
    take(step: SaveStep, at: number): number {
      if (step.kind === 'apply' && history.done.some(edit => edit.id === step.edit.id)) return version
      if (at !== version) fail()
      if (step.kind === 'undo' && history.done.at(-1)?.id !== step.edit) fail()
      if (step.kind === 'redo' && history.undone[0]?.id !== step.edit) fail()
      history = reduceHistory(
        history,
        step.kind === 'apply' ? { kind: 'edit', edit: step.edit } : { kind: step.kind },
      )
      return ++version
    },
  }
}
