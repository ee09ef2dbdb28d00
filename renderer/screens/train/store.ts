/** The train screen: the plan, its resolved recipe, its cost, and queueing it. */
import { defineStore } from 'pinia'
import { computed, watch, type ComputedRef } from 'vue'
import type { Job } from '../../../core/contract/api/jobs.ts'
import type { ProjectInfo } from '../../../core/contract/api/project.ts'
import type { TrainingProbe } from '../../../core/contract/api/training.ts'
import { api } from '../../api/client.ts'
import { mergeParts, settings, valueAt, type Part } from '../../recipe/parts.ts'
import { useJobs } from '../../stores/jobs.ts'
import { useMeasured } from '../../stores/measured.ts'
import { createState, readable, type State } from '../../stores/state.ts'
import { problemsByPath } from './fields.ts'
import { changed, partsOf, presetsFor, proposedPreset, restored, trainRequest } from './plan.ts'
import { firstTrain, noPlan, planFrom, usualSide, type TrainState } from './state.ts'

/** Longer side of the project's first readable images, pixels; null: none is known. */
async function findSide(): Promise<number | null> {
  const query = { filter: { problem: false }, sort: { by: 'name', descending: false } } as const
  const page = await api('browse.page', { query, offset: 0, limit: 20 }).catch(() => null)
  return usualSide(page?.items ?? [])
}

/** Begins with a preset or a run, and resolves the plan whenever it changes. */
function usePlanning(state: State<TrainState>, merged: ComputedRef<Part>) {
  const { options, sample } = state.fields
  let asked = 0
  const presets = computed(() =>
    options.value ? presetsFor({ sample: sample.value }, options.value.presets) : [],
  )

  /** Chooses a preset; keeps the chosen supervision, seed and annotation. */
  function choosePreset(name: string): void {
    const preset = presets.value.find(one => one.name === name)
    if (preset) state.set({ plan: planFrom(preset, state.now().plan) })
  }

  /** Resets for another project; keeps the plan for the same one. */
  async function prepare(project: ProjectInfo): Promise<void> {
    state.set({ dir: project.dir, sample: project.sample, optionsError: null })
    try {
      const [found, side] = await Promise.all([api('training.options', {}), findSide()])
      state.set({ options: found })
      const names = presets.value.map(preset => preset.name)
      state.set({ proposed: proposedPreset(project, side, names) })
      const { plan, proposed } = state.now()
      if (plan === noPlan || plan.base.kind === 'preset') choosePreset(proposed)
    } catch (optionsError) {
      state.set({ optionsError })
    }
  }

  /** The complete recipe of a run, for editing. Throws the backend's error. */
  async function duplicate(id: string): Promise<void> {
    const run = await api('runs.get', { id })
    if (!run.recipe) return
    state.set({
      plan: { base: { kind: 'run', name: id, recipe: run.recipe }, changes: {} },
    })
  }

  async function resolve(): Promise<void> {
    const order = ++asked
    try {
      const { problems, recipe } = await api('training.resolve', { parts: partsOf(state.now().plan) })
      if (order !== asked) return
      state.set({ problems, ...(recipe ? { recipe } : {}) })
    } catch (error) {
      if (order === asked) state.set({ problems: [error instanceof Error ? error.message : String(error)] })
    }
  }
  watch(
    () => JSON.stringify(merged.value),
    () => void resolve(),
  )

  return { presets, choosePreset, prepare, duplicate }
}

export const useTrain = defineStore('train', () => {
  const jobs = useJobs()
  const state = createState(firstTrain)
  const { options, plan, problems, recipe } = state.fields
  const merged = computed(() => mergeParts(partsOf(plan.value)))
  const { prepare, ...planning } = usePlanning(state, merged)
  const probe = useMeasured(
    () => JSON.stringify(merged.value),
    (signal): Promise<TrainingProbe> => api('training.probe', { recipe: merged.value }, { signal }),
  )
  /** Known settings: those of the valid recipe and the changed ones. */
  const paths = computed(() => settings(mergeParts([recipe.value, merged.value])).map(([path]) => path))

  return readable(state, {
    merged,
    defaults: computed((): Part => options.value?.defaults ?? {}),
    problemAt: computed(() => problemsByPath(problems.value, paths.value)),
    valid: computed(() => options.value !== null && problems.value.length === 0),
    probe: computed(() => probe.finding.value),
    probing: computed(() => probe.busy.value),
    probeCurrent: probe.current,
    ...planning,
    async prepare(project: ProjectInfo): Promise<void> {
      if (state.now().dir === project.dir && state.now().options) return
      probe.clear()
      await prepare(project)
    },
    /** The current value of a setting: the user's, else the resolved recipe's. */
    valueOf(path: string): unknown {
      const written = valueAt(merged.value, path)
      return written === undefined ? valueAt(recipe.value, path) : written
    },
    set: (path: string, value: unknown) => state.set({ plan: changed(plan.value, path, value) }),
    restore: (path: string) => state.set({ plan: restored(plan.value, path) }),
    follow: (job: number) => state.set({ followed: job }),
    runProbe: probe.run,
    cancelProbe: probe.cancel,
    start: (): Promise<Job> => jobs.add(trainRequest(plan.value)),
  })
})
