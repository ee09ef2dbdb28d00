/** The job queue as the backend tells it: states by calls and events, progress by events. */
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { Job, JobRequest } from '../../core/contract/api/jobs.ts'
import { api } from '../api/client.ts'
import { onEvent } from '../api/events.ts'
import { useProject } from './project.ts'

const ended: ReadonlySet<Job['state']> = new Set(['done', 'failed', 'cancelled'])

export const useJobs = defineStore('jobs', () => {
  /** Newest first. */
  const jobs = ref<Job[]>([])
  /** The one that runs (or is about to stop). */
  const active = computed(() => jobs.value.find(job => job.state === 'running' || job.state === 'pausing'))
  const waiting = computed(() => jobs.value.filter(job => !ended.has(job.state)))

  function put(job: Job): Job {
    const rest = jobs.value.filter(other => other.id !== job.id)
    jobs.value = [...rest, job].sort((a, b) => b.id - a.id)
    return job
  }

  const byId = (id: number): Job | undefined => jobs.value.find(job => job.id === id)

  let asked = 0
  async function load(): Promise<void> {
    const mine = ++asked
    const all = await api('jobs.list', {})
    // A later question has the newer answer, perhaps of another project.
    if (mine === asked) jobs.value = all.sort((a, b) => b.id - a.id)
  }

  const add = async (request: JobRequest): Promise<Job> => put(await api('jobs.add', request))
  const pause = async (id: number): Promise<Job> => put(await api('jobs.pause', { id }))
  const resume = async (id: number): Promise<Job> => put(await api('jobs.resume', { id }))
  const cancel = async (id: number): Promise<Job> => put(await api('jobs.cancel', { id }))
  const retry = async (id: number): Promise<Job> => put(await api('jobs.retry', { id }))
  const log = async (id: number): Promise<string[]> => (await api('jobs.log', { id })).lines
  async function dismiss(id: number): Promise<void> {
    await api('jobs.dismiss', { id })
    jobs.value = jobs.value.filter(job => job.id !== id)
  }

  onEvent('job', put)
  onEvent('job.progress', ({ id, progress }) => {
    const job = byId(id)
    if (job) job.progress = progress
  })
  onEvent('job.dismissed', ({ id }) => (jobs.value = jobs.value.filter(job => job.id !== id)))
  onEvent('reset', () => void load())
  // Each project has its own jobs: those of the one before go with it, in the same moment.
  const project = useProject()
  watch(
    () => project.info?.dir,
    (dir, before) => {
      if (before !== undefined) jobs.value = []
      if (dir !== undefined) load().catch((error: unknown) => console.error(error))
    },
    { flush: 'sync' },
  )

  return { jobs, active, waiting, byId, load, add, pause, resume, cancel, retry, dismiss, log }
})

/** Whether a job has come to its end. */
export const hasEnded = (job: Job): boolean => ended.has(job.state)
