/** The job queue: one job at a time, oldest first, each in a child process, its state on disk. */
import { fail } from '../../../core/base/error.ts'
import type { Job, JobRequest } from '../../../core/contract/api/jobs.ts'
import { addJob, jobLog, listJobs, nextJob } from '../../../core/project/jobs.ts'
import { cancel, dismiss, pause, resume, retry } from './asked.ts'
import { unscored } from './kinds/score.ts'
import type { QueueOptions } from './options.ts'
import { recover } from './recover.ts'
import { closeQueue, jobOf, live, pump, queueJob, type QueueState } from './turns.ts'

export type { QueueOptions } from './options.ts'

/**
 * The queue of an open project. Every call but `list`, `get`, `log` and `running` fails where the project is read-only.
 */
export interface JobQueue {
  /** Lets jobs start; until then nothing runs. */
  begin(): void
  list(): Job[]
  get(id: number): Job
  log(id: number): string[]
  /** The job that is running in a child process. */
  running(): Job | null
  add(request: JobRequest): Job
  pause(id: number): Job
  resume(id: number): Job
  cancel(id: number): Job
  retry(id: number): Job
  /** Takes an ended job off the list; a cancelled one whose process is still ending, as soon as that has ended. */
  dismiss(id: number): Promise<void>
  /** Resolves when nothing runs and nothing is queued. */
  idle(): Promise<void>
  /** Pauses the running job and waits for it; nothing is started any more. */
  close(): Promise<void>
}

/**
 * The queue of a project, not begun yet: interrupted jobs will go on, jobs that came with the project wait, and finished
 * annotations without measures will be scored.
 */
export function createQueue(options: QueueOptions): JobQueue {
  const { project, key } = options
  const state: QueueState = { options, attempt: null, begun: false, closed: false, waiting: [] }
  if (!project.readonly) {
    recover(project, key)
    for (const annotation of unscored(project)) addJob(project, { kind: 'score', annotation }, key)
  }
  const writable = (): QueueState => {
    if (project.readonly)
      fail(
        'disk',
        `${project.dir} is open for reading only, so its jobs cannot be changed; open it where it can be written`,
      )
    if (state.closed) fail('no-project', 'the project is being closed; open it again')
    return state
  }
  return {
    begin() {
      state.begun = true
      setImmediate(pump, state)
    },
    list: () => listJobs(project).map(job => live(state, job)),
    get: id => jobOf(state, id),
    log: id => (state.attempt?.id === id ? state.attempt.log() : jobLog(project, id)),
    running: () => (state.attempt ? jobOf(state, state.attempt.id) : null),
    add: request => queueJob(writable(), request),
    pause: id => pause(writable(), id),
    resume: id => resume(writable(), id),
    cancel: id => cancel(writable(), id),
    retry: id => retry(writable(), id),
    dismiss: id => dismiss(writable(), id),
    idle: () =>
      new Promise(resolve => {
        if (!state.attempt && !nextJob(project)) return resolve()
        state.waiting.push(resolve)
      }),
    close: () => closeQueue(state),
  }
}
