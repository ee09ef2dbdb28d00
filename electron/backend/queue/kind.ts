/** The interface of a job kind: a function that does the work with child processes and writes the database. */
import type { Job, JobKind, JobRequest } from '../../../core/contract/api/jobs.ts'
import type { Project } from '../../../core/project/project.ts'
import type { RunChild } from '../../tasks/process/child.ts'

/** What others show and a job may change. */
export type Shown = 'project' | 'images'

/** The context of a job's work. */
export interface JobWork<Kind extends JobKind = JobKind> {
  project: Project
  request: Extract<JobRequest, { kind: Kind }>
  /** As it was when it started; `annotation` and `run` are from an earlier attempt, if there was one. */
  job: Job
  /** Whether an earlier attempt at it was stopped. */
  again: boolean
  /** Aborted where the job is to pause or to be cancelled. */
  signal: AbortSignal
  /** Runs a child process of this job; rejects with `cancelled` where the job is to stop. */
  child: RunChild
  /** Keeps with the job what it works on. */
  worksOn(what: { annotation?: string; run?: string }): void
  /** A line in the job's log. */
  note(line: string): void
  /** Something that others show has changed. */
  changed(what: Shown): void
  /** Queues another job. */
  queue(request: JobRequest): void
}

/** A kind of job. */
export interface Kind<Name extends JobKind = JobKind> {
  /** Refuses an invalid request before it is queued. */
  check?(project: Project, request: Extract<JobRequest, { kind: Name }>): void
  /** Runs it; returns the job's result. */
  run(work: JobWork<Name>): Promise<unknown>
  /** Whether it is queued again when the backend died while it ran. */
  resumable: boolean
}

/** Milliseconds that a child waits for one that lost its backend to let go of a folder. */
export const lockTimeout = 60_000
