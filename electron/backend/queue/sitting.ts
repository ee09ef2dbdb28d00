/** One sitting of a job: from its start to its end, its pause, or its failure; all of it is written to the database. */
import { messageOf, RelabelError } from '../../../core/base/error.ts'
import type { JobProgress } from '../../../core/contract/api/common.ts'
import type { Job, JobRequest } from '../../../core/contract/api/jobs.ts'
import { getJob, jobLog, updateJob, type JobChange } from '../../../core/project/jobs.ts'
import type { RunChild } from '../../tasks/process/child.ts'
import { runJob, type SuddenEnd } from '../../tasks/process/run-job.ts'
import { createChangeFlow } from './changes.ts'
import type { JobWork } from './kind.ts'
import { runKind } from './kinds/index.ts'
import { createLog } from './log.ts'
import type { QueueOptions } from './options.ts'
import { createProgressFlow } from './progress.ts'

/** A job at work. */
export interface Sitting {
  id: number
  progress(): Job['progress']
  log(): string[]
  /** Asks it to put its files in order and end. What it is then, the database says: pausing or cancelled. */
  stop(): void
  /** Resolves, never rejects, when the job's state is written. */
  ended: Promise<void>
}

interface SittingOptions extends QueueOptions {
  job: Job
  tell(job: Job): void
  queue(request: JobRequest): void
}

/** Lines of the log that a failure brings along. */
const shownLines = 20
const now = (): string => new Date().toISOString()

/** Starts a queued job. */
export function startSitting(options: SittingOptions): Sitting {
  const { project, job, emit, tell } = options
  const { id } = job
  const again = job.started !== null
  const controller = new AbortController()
  const log = createLog(again ? jobLog(project, id) : [])
  const save = (change: JobChange): Job => updateJob(project, id, { ...change, log: log.lines() })
  const flow = createProgressFlow(
    progress => emit('job.progress', { id, progress }),
    progress => attempt(() => void save({ progress })),
  )
  const changes = createChangeFlow(what => attempt(() => options.changed?.(what)))
  const started = save({ state: 'running', started: job.started ?? now(), ended: null, error: null })

  const child: RunChild = async (name, config, { onEvent } = {}) => {
    // A batch that cannot be written stops the child: its error is the job's.
    const mishap = new AbortController()
    let error: unknown
    try {
      return await runJob(name, config, {
        signal: AbortSignal.any([controller.signal, mishap.signal]),
        onStart: pid => log.add(`${name}: process ${pid}`),
        onLine: line => log.add(line),
        onWarning: text => log.add(text),
        onProgress: progress => flow.push(honest(progress)),
        ...(options.patience === undefined ? {} : { patience: options.patience }),
        ...(options.worker === undefined ? {} : { worker: options.worker }),
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
  const work: JobWork = {
    ...{ project, job: started, request: job.request, again, signal: controller.signal, child },
    worksOn: what => tell(updateJob(project, id, what)),
    note: line => log.add(line),
    changed: changes.push,
    queue: options.queue,
  }

  function settle(change: JobChange): void {
    flow.stop()
    changes.flush()
    const progress = flow.latest()
    save({ ...change, ...(progress ? { progress } : {}) })
  }
  function failed(error: unknown): void {
    const { state } = getJob(project, id)
    const stopped = error instanceof RelabelError && error.code === 'cancelled'
    // It was queued again while it was still ending.
    if (state === 'queued') return settle({})
    if (state === 'cancelled') return settle({ ended: now() })
    if (stopped && state === 'pausing') return settle({ state: 'paused' })
    log.add(messageOf(error))
    const lines = log.lines().slice(-shownLines)
    settle({ state: 'failed', ended: now(), error: { ...problemOf(error), log: lines } })
  }
  async function go(): Promise<void> {
    try {
      const result = await runKind(job.kind, work)
      settle({ state: 'done', ended: now(), result: result ?? null })
    } catch (error) {
      failed(error)
    }
  }
  return {
    id,
    progress: () => flow.latest(),
    log: () => log.lines(),
    stop: () => controller.abort(),
    ended: go().catch((error: unknown) => {
      // The database itself cannot be written; the next start finds the job as it was.
      flow.stop()
      console.error(`job ${id}: its state cannot be written: ${messageOf(error)}`)
    }),
  }
}

/** For what is only told or kept now and then: a failure must not end the backend. */
function attempt(action: () => void): void {
  try {
    action()
  } catch (error) {
    console.error(messageOf(error))
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

function problemOf(error: unknown): { code: string; message: string; detail: Record<string, unknown> } {
  if (error instanceof RelabelError) return { code: error.code, message: error.message, detail: error.detail }
  const end = (error as { cause?: Partial<SuddenEnd> }).cause
  return { code: 'internal', message: messageOf(error), detail: end ? { ...end } : {} }
}
