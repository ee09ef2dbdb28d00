/** Corrections of the images that are open or not yet saved: history, queue and mirror of each; survives leaving the screen. */
import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowRef, watch, type ShallowRef } from 'vue'
import {
  historyFrom,
  reduceHistory,
  type CorrectionHistory,
} from '../../../../core/labelmap/corrections/index.ts'
import type { Edit } from '../../../../core/contract/api/corrections.ts'
import { api } from '../../../api/client.ts'
import { connection } from '../../../api/events.ts'
import { useProject } from '../../../stores/project.ts'
import { mirroredPlaces, placeKey, readMirror, writeMirror, type CorrectionPlace } from './outbox.ts'
import { createSaveQueue, type SaveQueue, type SaveState } from './save-queue.ts'
import { reconcile, type SaveStep } from './steps.ts'

/** The corrections of one image. */
export interface ImageCorrections {
  place: CorrectionPlace
  history: ShallowRef<CorrectionHistory>
  state: ShallowRef<SaveState>
  /** Steps that could not be applied, with the reason. */
  rejected: ShallowRef<{ steps: SaveStep[]; reason: string } | null>
  apply(edit: Edit): void
  undo(): Edit | null
  redo(): Edit | null
  queue: SaveQueue
}

/** Milliseconds after which a save without an answer counts as failed. */
const patience = 20_000

async function send(place: CorrectionPlace, step: SaveStep, version: number): Promise<number> {
  const { image, annotation } = place
  const signal = AbortSignal.timeout(patience)
  const base = { image, annotation, version }
  if (step.kind === 'apply')
    return (await api('corrections.apply', { ...base, edit: step.edit }, { signal })).version
  const name = step.kind === 'undo' ? ('corrections.undo' as const) : ('corrections.redo' as const)
  return (await api(name, { ...base, edit: step.edit }, { signal })).version
}

export const useSaving = defineStore('saving', () => {
  const project = useProject()
  const open = shallowReactive(new Map<string, ImageCorrections>())
  const states = computed(() => [...open.values()].map(one => one.state.value))
  /** Over all images. */
  const unsent = computed(() => states.value.reduce((sum, state) => sum + state.unsent, 0))
  const worst = computed<SaveState>(() => {
    const failing = states.value.find(state => state.status === 'retrying')
    const busy = states.value.find(state => state.status === 'saving')
    return { ...(failing ?? busy ?? { status: 'saved', reason: null }), unsent: unsent.value }
  })

  async function load(place: CorrectionPlace): Promise<ImageCorrections> {
    const known = open.get(placeKey(place))
    if (known) return known
    const { image, annotation } = place
    const saved = await api('corrections.get', { image, annotation })
    const meanwhile = open.get(placeKey(place))
    if (meanwhile) return meanwhile
    const steps = readMirror(localStorage, place)
    const { history, keep, dropped } =
      steps.length > 0 ? reconcile(saved, steps) : { history: historyFrom(saved), keep: [], dropped: [] }
    const corrections = create(place, saved.version, history, keep)
    if (dropped.length > 0) corrections.rejected.value = { steps: dropped, reason: '' }
    if (steps.length !== keep.length) writeMirror(localStorage, place, keep)
    open.set(placeKey(place), corrections)
    return corrections
  }

  function create(
    place: CorrectionPlace,
    version: number,
    history: CorrectionHistory,
    steps: SaveStep[],
  ): ImageCorrections {
    const current = shallowRef(history)
    const rejected: ImageCorrections['rejected'] = shallowRef(null)
    const state = shallowRef<SaveState>({
      status: steps.length > 0 ? 'saving' : 'saved',
      unsent: steps.length,
      reason: null,
    })
    const queue = createSaveQueue({
      version,
      steps,
      send: (step, at) => send(place, step, at),
      reload: () => api('corrections.get', { image: place.image, annotation: place.annotation }),
      mirror: left => writeMirror(localStorage, place, left),
      changed: next => (state.value = next),
      rebased(result) {
        current.value = result.history
        if (result.dropped.length > 0) rejected.value = { steps: result.dropped, reason: result.reason }
      },
    })
    return {
      place,
      history: current,
      state,
      rejected,
      queue,
      apply(edit) {
        current.value = reduceHistory(current.value, { kind: 'edit', edit })
        queue.push({ kind: 'apply', edit })
      },
      undo() {
        const edit = current.value.done.at(-1)
        if (!edit) return null
        current.value = reduceHistory(current.value, { kind: 'undo' })
        queue.push({ kind: 'undo', edit: edit.id })
        return edit
      },
      redo() {
        const edit = current.value.undone[0]
        if (!edit) return null
        current.value = reduceHistory(current.value, { kind: 'redo' })
        queue.push({ kind: 'redo', edit: edit.id })
        return edit
      },
    }
  }

  /** An image is left: what is saved is forgotten, the rest goes on being saved. */
  function release(corrections: ImageCorrections): void {
    void corrections.queue.settled(24 * 3600 * 1000).then(done => {
      if (!done || used.has(corrections) || open.get(placeKey(corrections.place)) !== corrections) return
      corrections.queue.stop()
      open.delete(placeKey(corrections.place))
    })
  }
  /** How many times each is in use: one who goes there and back faster than answers come uses it twice for a moment. */
  const used = new Map<ImageCorrections, number>()

  /** The corrections of an image; each use ends with `leave`. */
  async function use(place: CorrectionPlace): Promise<ImageCorrections> {
    const corrections = await load(place)
    used.set(corrections, (used.get(corrections) ?? 0) + 1)
    return corrections
  }

  function leave(corrections: ImageCorrections): void {
    const uses = (used.get(corrections) ?? 1) - 1
    if (uses > 0) used.set(corrections, uses)
    else {
      used.delete(corrections)
      release(corrections)
    }
  }

  /** Goes on with what an earlier sitting could not save. */
  async function resume(dir: string): Promise<void> {
    for (const place of mirroredPlaces(localStorage, dir)) {
      if (project.info?.dir !== dir) return
      const corrections = await load(place).catch(() => null)
      if (corrections && !used.has(corrections)) release(corrections)
    }
  }

  /** Whether everything is saved within so many milliseconds. */
  async function settled(milliseconds: number): Promise<boolean> {
    const all = await Promise.all([...open.values()].map(one => one.queue.settled(milliseconds)))
    return all.every(Boolean)
  }

  function retryNow(): void {
    for (const one of open.values()) one.queue.retryNow()
  }

  // Image ids mean nothing in another project: what is unsent waits in the mirror until its own is open again.
  watch(
    () => project.info?.dir,
    () => {
      for (const one of open.values()) one.queue.stop()
      open.clear()
      used.clear()
    },
    { flush: 'sync' },
  )
  watch(connection, state => state === 'open' && retryNow())
  window.addEventListener('online', retryNow)
  window.addEventListener('beforeunload', event => {
    if (unsent.value > 0) event.preventDefault()
  })

  return { unsent, worst, use, leave, resume, settled, retryNow }
})
