/** The job queue as the backend tells it: states by calls and events, progress by events. */
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import type { Job, JobRequest } from '../../core/contract/api/jobs.ts'
import { hasEnded, isAtWork } from '../../core/contract/job-state.ts'
import { api } from '../api/client.ts'
import { onEvent } from '../api/events.ts'
import { useProject } from './project.ts'
import { createState, readable } from './state.ts'

/** Newest first. */
const first: { jobs: readonly Job[] } = { jobs: [] }

const newestFirst = (jobs: readonly Job[]): Job[] => [...jobs].sort((a, b) => b.id - a.id)
const without = (jobs: readonly Job[], id: number): Job[] => jobs.filter(job => job.id !== id)
const withJob = (jobs: readonly Job[], job: Job): Job[] => newestFirst([...without(jobs, job.id), job])

export const useJobs = defineStore('jobs', () => {
  const state = createState(first)
  const { jobs } = state.fields
  /** The one that runs (or is about to stop). */
  const active = computed(() => jobs.value.find(isAtWork))
  const waiting = computed(() => jobs.value.filter(job => !hasEnded(job)))

  function put(job: Job): Job {
    state.set({ jobs: withJob(state.now().jobs, job) })
    return job
  }
  const remove = (id: number): void => state.set({ jobs: without(state.now().jobs, id) })

  let asked = 0
  async function load(): Promise<void> {
    const mine = ++asked
    const all = await api('jobs.list', {})
    // A later question has the newer answer, perhaps of another project.
    if (mine === asked) state.set({ jobs: newestFirst(all) })
  }

  onEvent('job', put)
  onEvent('job.progress', ({ id, progress }) =>
    state.set({ jobs: state.now().jobs.map(job => (job.id === id ? { ...job, progress } : job)) }),
  )
  onEvent('job.dismissed', ({ id }) => remove(id))
  onEvent('reset', () => void load())
  // Each project has its own jobs: those of the one before go with it, in the same moment.
  const project = useProject()
  watch(
    () => project.info?.dir,
    (dir, before) => {
      if (before !== undefined) state.set({ jobs: [] })
      if (dir !== undefined) load().catch((error: unknown) => console.error(error))
    },
    { flush: 'sync' },
  )

  return readable(state, {
    active,
    waiting,
    byId: (id: number): Job | undefined => jobs.value.find(job => job.id === id),
    load,
    add: async (request: JobRequest): Promise<Job> => put(await api('jobs.add', request)),
    pause: async (id: number): Promise<Job> => put(await api('jobs.pause', { id })),
    resume: async (id: number): Promise<Job> => put(await api('jobs.resume', { id })),
    cancel: async (id: number): Promise<Job> => put(await api('jobs.cancel', { id })),
    retry: async (id: number): Promise<Job> => put(await api('jobs.retry', { id })),
    async dismiss(id: number): Promise<void> {
      await api('jobs.dismiss', { id })
      remove(id)
    },
    log: async (id: number): Promise<string[]> => (await api('jobs.log', { id })).lines,
  })
})
