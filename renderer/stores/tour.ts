/** The tour on the sample: where it stands, kept in the settings, so that it resumes where it was left. */
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import { useLeaving } from './leaving.ts'
import { useProject } from './project.ts'
import { useSettings } from './settings.ts'
import { createState, readable } from './state.ts'
import { canGoOn, firstTour, reduceTour, resumable, type TourEvent } from './tour-steps.ts'

export const useTour = defineStore('tour', () => {
  const settings = useSettings()
  const project = useProject()
  const state = createState(firstTour)

  watch(
    () => settings.settings.tour,
    ({ status, step }) => {
      const now = state.now()
      if (now.status !== status || now.step !== step) state.set({ status, step: resumable(step) })
    },
    { immediate: true, flush: 'sync' },
  )

  function act(event: TourEvent): void {
    const before = state.now()
    const next = reduceTour(before, event)
    if (next === before) return
    state.set(next)
    const { status, step } = next
    // If it cannot be remembered, it goes on nevertheless.
    if (before.status !== status || before.step !== step)
      settings.save({ tour: { status, step } }).catch((error: unknown) => console.warn(error))
  }

  /** Opens the sample unless it is open, and starts or continues the tour. Throws what opening throws. */
  async function take(): Promise<void> {
    if (project.info?.sample || (await useLeaving().openSample())) act({ kind: 'start' })
  }

  return readable(state, {
    act,
    take,
    /** It was left in the middle. */
    begun: computed(() => state.fields.status.value === 'closed' && state.fields.step.value !== 'picture'),
    canGoOn: computed(() => canGoOn(state.now())),
    /** The sample is open for the first time. */
    offered: computed(() => project.info?.sample === true && state.fields.status.value === 'new'),
  })
})
