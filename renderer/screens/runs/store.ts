/** The runs screen: the table, the selection, and the details of runs. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { RunInfo } from '../../../core/contract/api/training.ts'
import { api } from '../../api/client.ts'
import { onEvent } from '../../api/events.ts'
import type { Part } from '../../recipe/parts.ts'
import { useProject } from '../../stores/project.ts'
import { createState, readable, type State } from '../../stores/state.ts'
import { seedCandidates, seedGroups, type SeedGroup } from './seeds.ts'
import { firstRuns, forgotten, listed, selectedWith, type RunsState, type RunsTab } from './state.ts'
import { sortRuns, type TableSort } from './table.ts'

/** Maximum number of runs in the chart. */
export const mostCurves = 12
/** Maximum number of (newest) runs checked for differing only in their seed. */
const mostRecipes = 24

/** Requests runs: all in summary, some in detail. */
function useAsking(state: State<RunsState>) {
  const project = useProject()
  let dir: string | null = null

  /** Loads the details of some runs; failures stay unknown. */
  async function loadDetails(ids: readonly string[]): Promise<void> {
    // One after another, because reading a snapshot of a million images takes a while.
    for (const id of ids) {
      if (state.now().details.has(id)) continue
      const run = await api('runs.get', { id }).catch(() => null)
      if (run) state.set({ details: new Map([...state.now().details, [id, run]]) })
    }
  }

  /** The curves of the selected runs. */
  async function loadCurves(): Promise<void> {
    const { selected, curves } = state.now()
    const missing = selected.slice(0, mostCurves).filter(id => !curves.has(id))
    if (missing.length === 0) return
    try {
      const found = await Promise.all(missing.map(id => api('runs.curves', { id })))
      const known = new Map([...state.now().curves, ...found.map(one => [one.id, one] as const)])
      state.set({ curves: known, curvesError: null })
    } catch (curvesError) {
      state.set({ curvesError })
    }
  }

  /** Reloads the table. */
  async function load(): Promise<void> {
    const now = project.info?.dir ?? null
    if (now !== dir) {
      dir = now
      state.set(forgotten(state.now()))
    }
    if (now === null) return
    try {
      const runs = await api('runs.list', {})
      state.set(listed(state.now(), runs))
      await loadCurves()
      void loadDetails(seedCandidates(runs).slice(-mostRecipes))
    } catch (error) {
      state.set({ error })
    }
  }

  return { load, loadDetails, loadCurves }
}

export const useRuns = defineStore('runs', () => {
  const state = createState(firstRuns)
  const { load, loadDetails, loadCurves } = useAsking(state)
  const { runs, sort, details } = state.fields
  const sorted = computed(() => sortRuns(runs.value, sort.value))
  const recipes = computed(
    () => new Map([...details.value].map(([id, run]): [string, Part | null] => [id, run.recipe])),
  )

  function choose(selected: readonly string[]): void {
    state.set({ selected })
    void loadCurves()
  }

  // Runs change with the project (one more, one ended) and when figures are measured.
  onEvent('project', () => {
    if (state.now().loaded) void load()
  })
  onEvent('job', job => {
    const measured = job.kind === 'train' || job.kind === 'evaluate'
    if (state.now().loaded && job.ended && measured) void load()
  })

  return readable(state, {
    sorted,
    recipes,
    byId: (id: string | null): RunInfo | undefined => runs.value.find(run => run.id === id),
    groupsOn: (split: string, measure: 'top1' | 'real' | 'mAP'): SeedGroup[] =>
      seedGroups(runs.value, recipes.value, split, measure),
    load,
    loadDetails,
    loadCurves,
    select: (id: string, on: boolean) => choose(selectedWith(state.now().selected, id, on)),
    selectAll: (on: boolean) => choose(on ? sorted.value.map(run => run.id) : []),
    show: (id: string) => state.set({ focused: id, tab: 'detail' }),
    openTab: (tab: RunsTab) => state.set({ tab }),
    sortBy: (next: TableSort) => state.set({ sort: next }),
  })
})
