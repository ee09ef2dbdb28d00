/** Corrections of the images that are open or not yet saved; survives leaving the screen. */
import { defineStore } from 'pinia'
import { computed, shallowReactive, watch } from 'vue'
import type { CorrectionState } from '../../../../core/contract/api/corrections.ts'
import { historyFrom } from '../../../../core/labelmap/corrections/index.ts'
import { api } from '../../../api/client.ts'
import { connection } from '../../../api/events.ts'
import { useProject } from '../../../stores/project.ts'
import { createCorrections, type ImageCorrections } from './corrections.ts'
import { outboxPlaces, placeKey, readOutbox, writeOutbox, type CorrectionPlace } from './outbox.ts'
import { worstOf } from './save-queue.ts'
import { reconcile } from './steps.ts'

/** Timeout for saving an image after leaving it, milliseconds: a day. */
const longest = 24 * 3600 * 1000

/** An image's saved corrections, with the steps that an earlier visit could not save on top. */
function restore(place: CorrectionPlace, saved: CorrectionState): ImageCorrections {
  const steps = readOutbox(localStorage, place)
  const { history, keep, dropped } =
    steps.length > 0 ? reconcile(saved, steps) : { history: historyFrom(saved), keep: [], dropped: [] }
  const corrections = createCorrections(place, saved.version, history, keep)
  if (dropped.length > 0) corrections.rejected.value = { steps: dropped, reason: '' }
  if (steps.length !== keep.length) writeOutbox(localStorage, place, keep)
  return corrections
}

export const useSaving = defineStore('saving', () => {
  const project = useProject()
  const open = shallowReactive(new Map<string, ImageCorrections>())
  /** Reference counts: fast navigation back and forth can use an image twice for a moment. */
  const used = new Map<ImageCorrections, number>()
  const worst = computed(() => worstOf([...open.values()].map(one => one.state.value)))

  async function load(place: CorrectionPlace): Promise<ImageCorrections> {
    const known = open.get(placeKey(place))
    if (known) return known
    const { image, annotation } = place
    const saved = await api('corrections.get', { image, annotation })
    const meanwhile = open.get(placeKey(place))
    if (meanwhile) return meanwhile
    const corrections = restore(place, saved)
    open.set(placeKey(place), corrections)
    return corrections
  }

  /** An image is left: forgets it once it is saved, and continues to save it otherwise. */
  async function release(corrections: ImageCorrections): Promise<void> {
    const done = await corrections.queue.settled(longest)
    if (!done || used.has(corrections) || open.get(placeKey(corrections.place)) !== corrections) return
    corrections.queue.stop()
    open.delete(placeKey(corrections.place))
  }

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
      void release(corrections)
    }
  }

  /** Resumes what an earlier visit could not save. */
  async function resume(dir: string): Promise<void> {
    for (const place of outboxPlaces(localStorage, dir)) {
      if (project.info?.dir !== dir) return
      const corrections = await load(place).catch(() => null)
      if (corrections && !used.has(corrections)) void release(corrections)
    }
  }

  /** Resolves to whether everything was saved within this timeout, milliseconds. */
  async function settled(milliseconds: number): Promise<boolean> {
    const all = await Promise.all([...open.values()].map(one => one.queue.settled(milliseconds)))
    return all.every(Boolean)
  }

  function retryNow(): void {
    for (const one of open.values()) one.queue.retryNow()
  }

  // Image ids mean nothing in another project: unsent steps wait in the outbox until their project is open again.
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
    if (worst.value.unsent > 0) event.preventDefault()
  })

  return { worst, use, leave, resume, settled, retryNow }
})
