/** State of the train screen: the plan, what it resolves to, what it costs, and queueing it. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Job } from '../../../core/contract/api/jobs.ts'
import type { CallOutput } from '../../../core/contract/api/index.ts'
import type { ProjectInfo } from '../../../core/contract/api/project.ts'
import type { TrainingProbe } from '../../../core/contract/api/training.ts'
import { api } from '../../api/client.ts'
import { useJobs } from '../../stores/jobs.ts'
import { useMeasured } from '../../stores/measured.ts'
import { problemsByPath } from './fields.ts'
import {
  changed,
  partsOf,
  presetsFor,
  proposedPreset,
  restored,
  trainRequest,
  type Base,
  type Plan,
} from './plan.ts'
import { mergeParts, settings, valueAt, type Part } from '../../recipe/parts.ts'

type Options = CallOutput<'training.options'>

const nothing: Plan = { base: { kind: 'preset', name: '', recipe: {} }, changes: {} }

export const useTrain = defineStore('train', () => {
  const jobs = useJobs()
  const dir = ref<string | null>(null)
  const options = shallowRef<Options | null>(null)
  const optionsError = shallowRef<unknown>(null)
  const sample = ref(false)
  const proposed = ref('')
  const plan = shallowRef<Plan>(nothing)
  /** The last whole recipe that was valid. */
  const recipe = shallowRef<Part>({})
  const problems = shallowRef<readonly string[]>([])
  /** The job whose curves were shown last. */
  const followed = ref<number | null>(null)
  let asked = 0

  const merged = computed(() => mergeParts(partsOf(plan.value)))
  const key = computed(() => JSON.stringify(merged.value))
  const probe = useMeasured(
    () => key.value,
    (signal): Promise<TrainingProbe> => api('training.probe', { recipe: merged.value }, { signal }),
  )
  const defaults = computed(() => (options.value?.defaults ?? {}) as unknown as Part)
  const presets = computed(() =>
    options.value ? presetsFor({ sample: sample.value }, options.value.presets) : [],
  )
  /** Known settings: those of the valid recipe and those that were written. */
  const paths = computed(() => settings(mergeParts([recipe.value, merged.value])).map(([path]) => path))
  const problemAt = computed(() => problemsByPath(problems.value, paths.value))
  const valid = computed(() => options.value !== null && problems.value.length === 0)

  /** A setting as it stands: what was written, else what the recipe resolves to. */
  function valueOf(path: string): unknown {
    const written = valueAt(merged.value, path)
    return written === undefined ? valueAt(recipe.value, path) : written
  }

  /** Starts anew for another project; keeps the plan for the same one. */
  async function prepare(project: ProjectInfo): Promise<void> {
    if (dir.value === project.dir && options.value) return
    dir.value = project.dir
    sample.value = project.sample
    probe.clear()
    optionsError.value = null
    try {
      const [found, side] = await Promise.all([api('training.options', {}), usualSide()])
      options.value = found
      const names = presets.value.map(preset => preset.name)
      proposed.value = proposedPreset(project, side, names)
      if (plan.value === nothing || plan.value.base.kind === 'preset') choosePreset(proposed.value)
    } catch (error) {
      optionsError.value = error
    }
  }

  /** Longer side of the project's first readable images, pixels; null: none is known. */
  async function usualSide(): Promise<number | null> {
    const query = { filter: { problem: false }, sort: { by: 'name', descending: false } } as const
    const page = await api('browse.page', { query, offset: 0, limit: 20 }).catch(() => null)
    const sides = (page?.items ?? []).map(item => Math.max(item.width, item.height)).sort((a, b) => a - b)
    return sides[Math.floor(sides.length / 2)] ?? null
  }

  /** Another base; what was changed of the former one is kept where the base is of the same kind. */
  function setBase(base: Base, changes: Part = {}): void {
    plan.value = { base, changes }
  }

  /** A preset; the supervision, seed and annotation that were chosen stay. */
  function choosePreset(name: string): void {
    const preset = presets.value.find(one => one.name === name)
    if (!preset) return
    const kept: Part = {}
    for (const path of ['supervision', 'seed', 'annotation'])
      if (plan.value.changes[path] !== undefined) kept[path] = plan.value.changes[path]
    setBase({ kind: 'preset', name, recipe: preset.recipe }, kept)
  }

  /** The whole recipe of a run, to be changed. Throws what the backend says. */
  async function duplicate(id: string): Promise<void> {
    const run = await api('runs.get', { id })
    if (run.recipe) setBase({ kind: 'run', name: id, recipe: run.recipe as unknown as Part })
  }

  const set = (path: string, value: unknown): void => {
    plan.value = changed(plan.value, path, value)
  }
  const restore = (path: string): void => {
    plan.value = restored(plan.value, path)
  }

  async function resolve(): Promise<void> {
    const order = ++asked
    try {
      const answer = await api('training.resolve', { parts: partsOf(plan.value) })
      if (order !== asked) return
      problems.value = answer.problems
      if (answer.recipe) recipe.value = answer.recipe as unknown as Part
    } catch (error) {
      if (order === asked) problems.value = [error instanceof Error ? error.message : String(error)]
    }
  }
  watch(key, () => void resolve())

  const start = (): Promise<Job> => jobs.add(trainRequest(plan.value))

  return {
    options,
    optionsError,
    proposed,
    plan,
    merged,
    recipe,
    defaults,
    presets,
    problems,
    problemAt,
    valid,
    probe: probe.finding,
    probing: probe.busy,
    probeCurrent: probe.current,
    followed,
    valueOf,
    prepare,
    choosePreset,
    duplicate,
    set,
    restore,
    runProbe: probe.run,
    cancelProbe: probe.cancel,
    start,
  }
})
