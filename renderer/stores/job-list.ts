/**
 * The jobs as the backend tells of them, by events and by answers to calls. An answer may arrive after events that are
 * newer than it, so it never replaces what an event said after the call was made.
 */
import type { JobProgress } from '../../core/contract/api/common.ts'
import type { Job } from '../../core/contract/api/jobs.ts'

export interface JobList {
  /** Newest first. */
  jobs: readonly Job[]
  /** Events heard so far. */
  events: number
  /** By job: the number of the last event about it, also of one that is gone. */
  heard: ReadonlyMap<number, number>
}

export const noJobs: JobList = { jobs: [], events: 0, heard: new Map() }

const newestFirst = (jobs: readonly Job[]): Job[] => [...jobs].sort((a, b) => b.id - a.id)
const without = (jobs: readonly Job[], id: number): Job[] => jobs.filter(job => job.id !== id)
const withJob = (jobs: readonly Job[], job: Job): Job[] => newestFirst([...without(jobs, job.id), job])

const hear = ({ events, heard }: JobList, id: number): Pick<JobList, 'events' | 'heard'> => ({
  events: events + 1,
  heard: new Map(heard).set(id, events + 1),
})
const isNewer = ({ heard }: JobList, id: number, since: number): boolean => (heard.get(id) ?? 0) > since

/** After the event `job`. */
export const told = (list: JobList, job: Job): JobList => ({
  jobs: withJob(list.jobs, job),
  ...hear(list, job.id),
})

/** After the event `job.dismissed`, or a successful call. */
export const dismissed = (list: JobList, id: number): JobList => ({
  jobs: without(list.jobs, id),
  ...hear(list, id),
})

/** After the event `job.progress`. */
export const progressed = (list: JobList, id: number, progress: JobProgress): JobList => ({
  ...list,
  jobs: list.jobs.map(job => (job.id === id ? { ...job, progress } : job)),
})

/** After the answer to a call that was made when `since` events had been heard. */
export const answered = (list: JobList, job: Job, since: number): JobList =>
  isNewer(list, job.id, since) ? list : { ...list, jobs: withJob(list.jobs, job) }

/** The same for the list of all jobs. */
export function loaded(list: JobList, all: readonly Job[], since: number): JobList {
  const newer = ({ id }: Job): boolean => isNewer(list, id, since)
  return { ...list, jobs: newestFirst([...list.jobs.filter(newer), ...all.filter(job => !newer(job))]) }
}
