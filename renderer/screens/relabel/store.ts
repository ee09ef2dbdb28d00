/** State of the relabel screen: the form, the check and the probe that belong to it, and starting the job. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { AnnotateProbe, SurgeryCheck } from '../../../core/contract/api/annotator.ts'
import type { Job } from '../../../core/contract/api/jobs.ts'
import type { ProjectInfo } from '../../../core/contract/api/project.ts'
import { api, isAbort } from '../../api/client.ts'
import { useJobs } from '../../stores/jobs.ts'
import { useSettings } from '../../stores/settings.ts'
import {
  checkKey,
  initialForm,
  probeKey,
  problemsOf,
  requestOf,
  sampleAnnotator,
  type RelabelForm,
} from './form.ts'

/** Images of a probe. */
export const probeImages = 32

/** An annotator file that lies beside the project. */
export interface Offer {
  name: string
  path: string
}

/** Something measured, and what it was measured for. */
interface Measured<Result> {
  key: string
  result: Result | null
  error: unknown
}

export const useRelabel = defineStore('relabel', () => {
  const jobs = useJobs()
  const dir = ref<string | null>(null)
  const form = ref<RelabelForm>(initialForm({ splits: [], sample: false }))
  const offers = ref<Offer[]>([])
  const check = shallowRef<Measured<SurgeryCheck> | null>(null)
  const probe = shallowRef<Measured<AnnotateProbe> | null>(null)
  const checking = ref(false)
  const probing = ref(false)
  let checkCall: AbortController | undefined
  let probeCall: AbortController | undefined

  const problems = computed(() => problemsOf(form.value))
  const valid = computed(() => Object.keys(problems.value).length === 0)
  const checkCurrent = computed(() => check.value?.key === checkKey(form.value))
  const probeCurrent = computed(() => probe.value?.key === probeKey(form.value))
  /** Whether the check says that the annotator can be used as it stands. */
  const usable = computed(() => {
    const found = checkCurrent.value ? check.value?.result : null
    return Boolean(found && found.refused === null && found.classes.problem === null)
  })

  /** Starts anew for another project; keeps what was entered for the same one. */
  async function prepare(project: ProjectInfo): Promise<void> {
    if (dir.value === project.dir) return
    dir.value = project.dir
    cancelCheck()
    cancelProbe()
    check.value = null
    probe.value = null
    form.value = initialForm(project, useSettings().settings.provider ?? '')
    offers.value = await find(project.dir)
    const own = offers.value.find(offer => offer.name === sampleAnnotator)
    if (own && project.sample && dir.value === project.dir && form.value.model === '')
      form.value.model = own.path
  }

  /** ONNX files in the project's folder and the one above; a folder that cannot be read offers none. */
  async function find(folder: string): Promise<Offer[]> {
    const list = (at: string) => api('files.list', { dir: at, kind: 'onnx' }).catch(() => null)
    const own = await list(folder)
    const above = own?.parent ? await list(own.parent) : null
    return [own, above]
      .flatMap(listed => listed?.entries ?? [])
      .filter(entry => entry.kind === 'file')
      .slice(0, 5)
  }

  function cancelCheck(): void {
    checkCall?.abort()
    checkCall = undefined
    checking.value = false
  }

  async function runCheck(): Promise<void> {
    cancelCheck()
    if (!valid.value) return
    const call = new AbortController()
    checkCall = call
    checking.value = true
    const key = checkKey(form.value)
    try {
      const result = await api('annotator.check', requestOf(form.value), { signal: call.signal })
      check.value = { key, result, error: null }
    } catch (error) {
      if (!isAbort(error)) check.value = { key, result: null, error }
    } finally {
      if (checkCall === call) checking.value = false
    }
  }

  function cancelProbe(): void {
    probeCall?.abort()
    probeCall = undefined
    probing.value = false
  }

  async function runProbe(): Promise<void> {
    cancelProbe()
    const call = new AbortController()
    probeCall = call
    probing.value = true
    const key = probeKey(form.value)
    try {
      const result = await api(
        'annotator.probe',
        { request: requestOf(form.value), images: probeImages },
        { signal: call.signal },
      )
      probe.value = { key, result, error: null }
    } catch (error) {
      if (!isAbort(error)) probe.value = { key, result: null, error }
    } finally {
      if (probeCall === call) probing.value = false
    }
  }

  /** Queues the job; throws what the backend refuses. */
  const start = (): Promise<Job> => jobs.add({ kind: 'annotate', request: requestOf(form.value) })

  return {
    form,
    offers,
    problems,
    valid,
    check,
    checking,
    checkCurrent,
    probe,
    probing,
    probeCurrent,
    usable,
    prepare,
    runCheck,
    runProbe,
    cancelProbe,
    start,
  }
})
