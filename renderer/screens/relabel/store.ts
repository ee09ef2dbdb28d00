/** State of the relabel screen: the form, its check and probe, and starting the job. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { AnnotateProbe, SurgeryCheck } from '../../../core/contract/api/annotator.ts'
import type { Job } from '../../../core/contract/api/jobs.ts'
import type { ProjectInfo } from '../../../core/contract/api/project.ts'
import { api } from '../../api/client.ts'
import { useJobs } from '../../stores/jobs.ts'
import { useMeasured } from '../../stores/measured.ts'
import { useSettings } from '../../stores/settings.ts'
import { createState, readable } from '../../stores/state.ts'
import {
  checkKey,
  initialForm,
  probeKey,
  problemsOf,
  requestOf,
  sampleAnnotator,
  written,
  type RelabelForm,
} from './form.ts'

/** Images of a probe. */
const probeImages = 32

/** An annotator file next to the project. */
export interface Offer {
  name: string
  path: string
}

interface RelabelState {
  /** The project of this state. */
  dir: string | null
  form: RelabelForm
  offers: readonly Offer[]
}

const first: RelabelState = { dir: null, form: initialForm({ splits: [], sample: false }), offers: [] }

export const useRelabel = defineStore('relabel', () => {
  const jobs = useJobs()
  const state = createState(first)
  const { form } = state.fields
  const check = useMeasured(
    () => checkKey(form.value),
    (signal): Promise<SurgeryCheck> => api('annotator.check', requestOf(form.value), { signal }),
  )
  const probe = useMeasured(
    () => probeKey(form.value),
    (signal): Promise<AnnotateProbe> =>
      api('annotator.probe', { request: requestOf(form.value), images: probeImages }, { signal }),
  )

  const problems = computed(() => problemsOf(form.value))
  const valid = computed(() => Object.keys(problems.value).length === 0)
  /** Whether the check says that the annotator can be used. */
  const usable = computed(() => {
    const found = check.current.value ? check.finding.value?.result : null
    return Boolean(found && found.refused === null && found.classes.problem === null)
  })

  /** Resets for another project; keeps the input for the same one. */
  async function prepare(project: ProjectInfo): Promise<void> {
    if (state.now().dir === project.dir) return
    check.clear()
    probe.clear()
    state.set({ dir: project.dir, form: initialForm(project, useSettings().settings.provider ?? '') })
    const offers = await find(project.dir)
    if (state.now().dir !== project.dir) return
    state.set({ offers })
    const own = offers.find(offer => offer.name === sampleAnnotator)
    if (own && project.sample && form.value.model === '') set('model', own.path)
  }

  function set<Name extends keyof RelabelForm>(name: Name, value: RelabelForm[Name]): void {
    state.set({ form: written(state.now().form, name, value) })
  }

  /** ONNX files in the project's folder and the one above; an unreadable folder has none. */
  async function find(folder: string): Promise<Offer[]> {
    const list = (at: string) => api('files.list', { dir: at, kind: 'onnx' }).catch(() => null)
    const own = await list(folder)
    const above = own?.parent ? await list(own.parent) : null
    return [own, above]
      .flatMap(listed => listed?.entries ?? [])
      .filter(entry => entry.kind === 'file')
      .slice(0, 5)
  }

  async function runCheck(): Promise<void> {
    if (valid.value) await check.run()
    else check.cancel()
  }

  /** Queues the job; throws the backend's error. */
  const start = (): Promise<Job> => jobs.add({ kind: 'annotate', request: requestOf(form.value) })

  return readable(state, {
    problems,
    valid,
    check: computed(() => check.finding.value),
    checking: computed(() => check.busy.value),
    checkCurrent: check.current,
    probe: computed(() => probe.finding.value),
    probing: computed(() => probe.busy.value),
    probeCurrent: probe.current,
    usable,
    prepare,
    set,
    runCheck,
    runProbe: probe.run,
    cancelProbe: probe.cancel,
    start,
  })
})
