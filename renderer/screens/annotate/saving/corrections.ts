/** The corrections of one image: their history, and the saving of each step. */
import { shallowRef, type ShallowRef } from 'vue'
import { reduceHistory, type CorrectionHistory } from '../../../../core/labelmap/corrections/index.ts'
import type { Edit } from '../../../../core/contract/api/corrections.ts'
import { api } from '../../../api/client.ts'
import { writeOutbox, type CorrectionPlace } from './outbox.ts'
import { createSaveQueue, type SaveQueue, type SaveState } from './save-queue.ts'
import type { SaveStep } from './steps.ts'

/** Steps that could not be applied, with the reason. */
export interface Rejected {
  steps: SaveStep[]
  reason: string
}

export interface ImageCorrections {
  place: CorrectionPlace
  history: ShallowRef<CorrectionHistory>
  state: ShallowRef<SaveState>
  rejected: ShallowRef<Rejected | null>
  apply(edit: Edit): void
  undo(): Edit | null
  redo(): Edit | null
  queue: SaveQueue
}

/** Timeout of a save, milliseconds. */
const saveTimeout = 20_000

async function send(place: CorrectionPlace, step: SaveStep, version: number): Promise<number> {
  const { image, annotation } = place
  const signal = AbortSignal.timeout(saveTimeout)
  const base = { image, annotation, version }
  if (step.kind === 'apply')
    return (await api('corrections.apply', { ...base, edit: step.edit }, { signal })).version
  const name = step.kind === 'undo' ? ('corrections.undo' as const) : ('corrections.redo' as const)
  return (await api(name, { ...base, edit: step.edit }, { signal })).version
}

/** Saves changes from now on, after `unsent`, whose effect is already in `known`. */
export function createCorrections(
  place: CorrectionPlace,
  version: number,
  known: CorrectionHistory,
  unsent: SaveStep[],
): ImageCorrections {
  const history = shallowRef(known)
  const rejected: ImageCorrections['rejected'] = shallowRef(null)
  const state = shallowRef<SaveState>({
    status: unsent.length > 0 ? 'saving' : 'saved',
    unsent: unsent.length,
    reason: null,
  })
  const queue = createSaveQueue({
    version,
    steps: unsent,
    send: (step, at) => send(place, step, at),
    reload: () => api('corrections.get', { image: place.image, annotation: place.annotation }),
    keep: left => writeOutbox(localStorage, place, left),
    changed: next => (state.value = next),
    rebased(result) {
      history.value = result.history
      if (result.dropped.length > 0) rejected.value = { steps: result.dropped, reason: result.reason }
    },
  })

  /** Undoes or redoes an edit, where there is one. */
  function turn(kind: 'undo' | 'redo', edit: Edit | undefined): Edit | null {
    if (!edit) return null
    history.value = reduceHistory(history.value, { kind })
    queue.push({ kind, edit: edit.id })
    return edit
  }

  return {
    place,
    history,
    state,
    rejected,
    queue,
    apply(edit) {
      history.value = reduceHistory(history.value, { kind: 'edit', edit })
      queue.push({ kind: 'apply', edit })
    },
    undo: () => turn('undo', history.value.done.at(-1)),
    redo: () => turn('redo', history.value.undone[0]),
  }
}
