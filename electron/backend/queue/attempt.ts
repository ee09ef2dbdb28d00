/** One attempt at a job, from its start to its end, pause or failure, recorded in the database. */
import { messageOf, RelabelError } from '../../../core/base/error.ts'
import { toWire } from '../../../core/base/wire-error.ts'
import type { JobProgress, Problem } from '../../../core/contract/api/common.ts'
import type { Job, JobRequest } from '../../../core/contract/api/jobs.ts'
import { getJob, jobLog, updateJob, type JobChange } from '../../../core/project/jobs.ts'
import type { RunChild } from '../../tasks/process/child.ts'
import { log as backendLog } from '../../tasks/process/log.ts'
import { runJob, suddenEnd } from '../../tasks/process/run-job.ts'
import { createChangeFlow, type ChangeFlow } from './changes.ts'
import type { JobWork } from './kind.ts'
import { runKind } from './kinds/index.ts'
import { createLog, type JobLog } from './log.ts'
import type { QueueOptions } from './options.ts'
import { createProgressFlow, type ProgressFlow } from './progress.ts'

/** A running job. */
export interface Attempt {
  id: number
  progress(): Job['progress']
  log(): string[]
  /** Asks it to put its files in order and end. What it is then, the database says: pausing or cancelled. */
  stop(): void
  /** Resolves, never rejects, when the job's state is written. */
  ended: Promise<void>
}

interface AttemptOptions extends QueueOptions {
  job: Job
  tell(job: Job): void
  queue(request: JobRequest): void
}

interface AttemptState {
  options: AttemptOptions
  id: number
  controller: AbortController
  log: JobLog
  flow: ProgressFlow
  changes: ChangeFlow
}

/** Number of log lines included in a failure. */
const shownLines = 20
const now = (): string => new Date().toISOString()

/** Starts a queued job. */
export function startAttempt(options: AttemptOptions): Attempt {
  const { project, job, emit } = options
  const { id } = job
  const again = job.started !== null
  const log = createLog(again ? jobLog(project, id) : [])
  const state: AttemptState = {
    options,
    id,
    log,
    controller: new AbortController(),
    flow: createProgressFlow(
      progress => emit('job.progress', { id, progress }),
      progress => quietly(() => void save(state, { progress })),
    ),
    changes: createChangeFlow(what => quietly(() => options.changed?.(what))),
  }
  const started = save(state, { state: 'running', started: job.started ?? now(), ended: null, error: null })
  return {
    id,
    progress: () => state.flow.latest(),
    log: () => log.lines(),
    stop: () => state.controller.abort(),
    ended: go(state, workOf(state, started, again)).catch((error: unknown) => {
      // The database itself cannot be written; the next start finds the job as it was.
      state.flow.stop()
      backendLog.error(`job ${id}: its state cannot be written: ${messageOf(error)}`)
    }),
  }
}

function workOf(state: AttemptState, started: Job, again: boolean): JobWork {
  const { options, id, log, changes, controller } = state
  const { project, job } = options
  return {
    project,
    job: started,
    request: job.request,
    again,
    signal: controller.signal,
    child: childOf(state),
    worksOn: what => options.tell(updateJob(project, id, what)),
    note: line => log.add(line),
    changed: changes.push,
    queue: options.queue,
  }
}

/** Child processes of the attempt; a batch that cannot be written stops the child, and its error is the job's. */
function childOf({ options, controller, log, flow }: AttemptState): RunChild {
  const { grace, worker } = options
  return async (name, config, { onEvent } = {}) => {
    const mishap = new AbortController()
    let error: unknown
    try {
      return await runJob(name, config, {
        signal: AbortSignal.any([controller.signal, mishap.signal]),
        onStart: pid => log.add(`${name}: process ${pid}`),
        onLine: line => log.add(line),
        onWarning: text => log.add(text),
        onProgress: progress => flow.push(honest(progress)),
        ...(grace === undefined ? {} : { grace }),
        ...(worker === undefined ? {} : { worker }),
        onEvent(data) {
          if (mishap.signal.aborted) return
          try {
            onEvent?.(data)
          } catch (reason) {
            error = reason
            mishap.abort()
          }
        },
      })
    } catch (reason) {
      throw error ?? reason
    }
  }
}

async function go(state: AttemptState, work: JobWork): Promise<void> {
  try {
    const result = await runKind(work.job.kind, work)
    settle(state, { state: 'done', ended: now(), result: result ?? null })
  } catch (error) {
    settle(state, endOf(state, error))
  }
}

/** What the job is after its work failed or was stopped. */
function endOf({ options, id, log }: AttemptState, error: unknown): JobChange {
  const { state } = getJob(options.project, id)
  const stopped = error instanceof RelabelError && error.code === 'cancelled'
  if (state === 'queued') return {} // it was queued again while it was still ending
  if (state === 'cancelled') return { ended: now() }
  if (stopped && state === 'pausing') return { state: 'paused' }
  log.add(messageOf(error))
  const lines = log.lines().slice(-shownLines)
  return { state: 'failed', ended: now(), error: { ...problemOf(error), log: lines } }
}

function settle(state: AttemptState, change: JobChange): void {
  state.flow.stop()
  state.changes.flush()
  const progress = state.flow.latest()
  save(state, { ...change, ...(progress ? { progress } : {}) })
}

const save = ({ options, id, log }: AttemptState, change: JobChange): Job =>
  updateJob(options.project, id, { ...change, log: log.lines() })

/** For what is only told or kept now and then: a failure must not end the backend. */
function quietly(action: () => void): void {
  try {
    action()
  } catch (error) {
    backendLog.warn(`the state of a job is not told or kept: ${messageOf(error)}`)
  }
}

/** Without figures that nothing was measured for. */
function honest({ rate, left, ...progress }: JobProgress): JobProgress {
  const known = rate !== undefined && Number.isFinite(rate) && rate > 0
  return {
    ...progress,
    ...(known ? { rate } : {}),
    ...(left !== undefined && Number.isFinite(left) ? { left } : {}),
  }
}

/** What was thrown, with how the child process ended where that is all there is to tell. */
function problemOf(error: unknown): Problem {
  const { code, message, detail } = toWire(error)
  return { code, message, detail: { ...detail, ...suddenEnd(error) } }
}
