/** The job queue as the backend tells it: states by calls and events, progress by events. */
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import type { Job, JobRequest } from '../../core/contract/api/jobs.ts'
import { hasEnded, isAtWork } from '../../core/contract/job-state.ts'
import { api } from '../api/client.ts'
import { onEvent } from '../api/events.ts'
import { useProject } from './project.ts'
import { answered, dismissed, loaded, noJobs, progressed, told, type JobList } from './job-list.ts'
import { createState } from './state.ts'

export const useJobs = defineStore('jobs', () => {
  const state = createState(noJobs)
  const { jobs } = state.fields
  /** The one that runs (or is about to stop). */
  const active = computed(() => jobs.value.find(isAtWork))
  const waiting = computed(() => jobs.value.filter(job => !hasEnded(job)))

  const change = (next: JobList): void => state.set(next)

  /** Gives the job as it is known once the call is answered. */
  async function ask(call: Promise<Job>): Promise<Job> {
    const since = state.now().events
    const job = await call
    change(answered(state.now(), job, since))
    return state.now().jobs.find(({ id }) => id === job.id) ?? job
  }

  let asked = 0
  async function load(): Promise<void> {
    const mine = ++asked
    const since = state.now().events
    const all = await api('jobs.list', {})
    // A later question has the newer answer, perhaps of another project.
    if (mine === asked) change(loaded(state.now(), all, since))
  }

  onEvent('job', job => change(told(state.now(), job)))
  onEvent('job.progress', ({ id, progress }) => change(progressed(state.now(), id, progress)))
  onEvent('job.dismissed', ({ id }) => change(dismissed(state.now(), id)))
  onEvent('reset', () => void load())
  // Each project has its own jobs: those of the one before go with it, in the same moment.
  const project = useProject()
  watch(
    () => project.info?.dir,
    (dir, before) => {
      if (before !== undefined) change({ ...noJobs, events: state.now().events })
      if (dir !== undefined) load().catch((error: unknown) => console.error(error))
    },
    { flush: 'sync' },
  )

  return {
    jobs,
    active,
    waiting,
    byId: (id: number): Job | undefined => jobs.value.find(job => job.id === id),
    load,
    add: (request: JobRequest): Promise<Job> => ask(api('jobs.add', request)),
    pause: (id: number): Promise<Job> => ask(api('jobs.pause', { id })),
    resume: (id: number): Promise<Job> => ask(api('jobs.resume', { id })),
    cancel: (id: number): Promise<Job> => ask(api('jobs.cancel', { id })),
    retry: (id: number): Promise<Job> => ask(api('jobs.retry', { id })),
    async dismiss(id: number): Promise<void> {
      await api('jobs.dismiss', { id })
      change(dismissed(state.now(), id))
    },
    log: async (id: number): Promise<string[]> => (await api('jobs.log', { id })).lines,
  }
})
