/** State of the runs screen: the table, what is selected, and what is known of single runs. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { CallOutput } from '../../../core/contract/api/index.ts'
import type { RunCurves, RunInfo } from '../../../core/contract/api/training.ts'
import { api } from '../../api/client.ts'
import { onEvent } from '../../api/events.ts'
import { useProject } from '../../stores/project.ts'
import type { Part } from '../../recipe/parts.ts'
import { seedCandidates, seedGroups, type SeedGroup } from './seeds.ts'
import { sortRuns, type TableSort } from './table.ts'

export type RunDetails = CallOutput<'runs.get'>

/** Runs whose curves are drawn together at most. */
export const mostCurves = 12
/** Runs that are looked at for differing by their seed only, the newest. */
const mostRecipes = 24

export const useRuns = defineStore('runs', () => {
  const project = useProject()
  const runs = shallowRef<RunInfo[]>([])
  const loaded = ref(false)
  const error = shallowRef<unknown>(null)
  const sort = ref<TableSort>({ by: 'id', descending: true })
  /** Ids in the order of selection; the first two are compared. */
  const selected = ref<string[]>([])
  const focused = ref<string | null>(null)
  const tab = ref<'curves' | 'compare' | 'detail'>('curves')
  const details = shallowRef<ReadonlyMap<string, RunDetails>>(new Map())
  const curves = shallowRef<ReadonlyMap<string, RunCurves>>(new Map())
  const curvesError = shallowRef<unknown>(null)
  let dir: string | null = null

  const sorted = computed(() => sortRuns(runs.value, sort.value))
  const byId = (id: string | null): RunInfo | undefined => runs.value.find(run => run.id === id)
  const recipes = computed(
    () => new Map([...details.value].map(([id, run]) => [id, run.recipe as unknown as Part | null])),
  )
  const groupsOn = (split: string, measure: 'top1' | 'real' | 'mAP'): SeedGroup[] =>
    seedGroups(runs.value, recipes.value, split, measure)

  /** Reads the table anew; what is known of runs that go on is forgotten. */
  async function load(): Promise<void> {
    const now = project.info?.dir ?? null
    if (now !== dir) {
      dir = now
      runs.value = []
      loaded.value = false
      selected.value = []
      focused.value = null
      details.value = new Map()
      curves.value = new Map()
    }
    if (now === null) return
    try {
      const before = new Map(runs.value.map(run => [run.id, JSON.stringify(run)]))
      runs.value = await api('runs.list', {})
      const same = new Set(
        runs.value.filter(run => before.get(run.id) === JSON.stringify(run)).map(run => run.id),
      )
      details.value = new Map([...details.value].filter(([id]) => same.has(id)))
      curves.value = new Map([...curves.value].filter(([id]) => same.has(id)))
      selected.value = selected.value.filter(id => byId(id))
      error.value = null
      loaded.value = true
      await loadCurves()
      void loadDetails(seedCandidates(runs.value).slice(-mostRecipes))
    } catch (failure) {
      error.value = failure
    }
  }

  /** Everything about some runs, for recipes and details; those that fail stay unknown. */
  async function loadDetails(ids: readonly string[]): Promise<void> {
    // One after the other: a snapshot of a million images takes the backend a while to read.
    for (const id of ids) {
      if (details.value.has(id)) continue
      const run = await api('runs.get', { id }).catch(() => null)
      if (run) details.value = new Map([...details.value, [id, run]])
    }
  }

  /** The curves of the selected runs. */
  async function loadCurves(): Promise<void> {
    const missing = selected.value.slice(0, mostCurves).filter(id => !curves.value.has(id))
    if (missing.length === 0) return
    try {
      const found = await Promise.all(missing.map(id => api('runs.curves', { id })))
      curves.value = new Map([...curves.value, ...found.map(one => [one.id, one] as const)])
      curvesError.value = null
    } catch (failure) {
      curvesError.value = failure
    }
  }

  function select(id: string, on: boolean): void {
    selected.value = on
      ? [...selected.value.filter(one => one !== id), id]
      : selected.value.filter(one => one !== id)
    void loadCurves()
  }

  function selectAll(on: boolean): void {
    selected.value = on ? sorted.value.map(run => run.id) : []
    void loadCurves()
  }

  function show(id: string): void {
    focused.value = id
    tab.value = 'detail'
  }

  // Runs change with the project (one more, one ended) and when figures are measured.
  onEvent('project', () => {
    if (loaded.value) void load()
  })
  onEvent('job', job => {
    if (loaded.value && job.ended && (job.kind === 'train' || job.kind === 'evaluate')) void load()
  })

  return {
    runs,
    loaded,
    error,
    sort,
    sorted,
    selected,
    focused,
    tab,
    details,
    recipes,
    curves,
    curvesError,
    byId,
    groupsOn,
    load,
    loadDetails,
    loadCurves,
    select,
    selectAll,
    show,
  }
})
