/** The job queue: one job at a time, oldest first, each in a child process, its state on disk. */
import { fail, messageOf } from '../../../core/base/error.ts'
import type { Job, JobRequest } from '../../../core/contract/api/jobs.ts'
import {
  addJob,
  getJob,
  jobLog,
  listJobs,
  nextJob,
  removeJob,
  requeueJob,
  updateJob,
} from '../../../core/project/jobs.ts'
import { checkRequest } from './kinds/index.ts'
import { unscored } from './kinds/score.ts'
import type { QueueOptions } from './options.ts'
import { recover } from './recover.ts'
import { startSitting, type Sitting } from './sitting.ts'

export type { QueueOptions } from './options.ts'

/** The queue of an open project. Every call but `list`, `get`, `log` and `running` fails where the project is read-only. */
export interface JobQueue {
  list(): Job[]
  get(id: number): Job
  log(id: number): string[]
  /** The job that a child process is at work on. */
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

/** Opens the queue of a project: interrupted jobs go on, and finished annotations without measures are scored. */
export function createQueue(options: QueueOptions): JobQueue {
  const { project, emit } = options
  let sitting: Sitting | null = null
  let closed = false
  const waiting: (() => void)[] = []

  const live = (job: Job): Job =>
    sitting?.id === job.id ? { ...job, progress: sitting.progress() ?? job.progress } : job
  const get = (id: number): Job => live(getJob(project, id))
  const tell = (job: Job): Job => {
    const now = live(job)
    emit('job', now)
    return now
  }

  function requireWritable(): void {
    if (project.readonly)
      fail(
        'disk',
        `${project.dir} is open for reading only, so its jobs cannot be changed; open it where it can be written`,
      )
    if (closed) fail('no-project', 'the project is being closed; open it again')
  }

  function add(request: JobRequest): Job {
    requireWritable()
    checkRequest(project, request)
    const job = tell(addJob(project, request))
    pump()
    return get(job.id)
  }

  /** Starts the next job where none runs. What goes wrong here is for the log: nobody waits for it. */
  function pump(): void {
    if (sitting || closed || project.readonly) return
    try {
      const job = nextJob(project)
      if (job) start(job)
      else for (const done of waiting.splice(0)) done()
    } catch (error) {
      console.error(`the next job cannot be started: ${messageOf(error)}`)
    }
  }

  function start(job: Job): void {
    const current = startSitting({ ...options, job, tell, queue: request => void add(request) })
    sitting = current
    tell(getJob(project, job.id))
    void current.ended.then(() => {
      sitting = null
      try {
        if (project.db.open) tell(getJob(project, job.id))
      } catch (error) {
        console.error(messageOf(error))
      }
      pump()
    })
  }

  const end = (id: number): Job =>
    tell(updateJob(project, id, { state: 'cancelled', ended: new Date().toISOString(), error: null }))
  const refuse = (job: Job, what: string): never =>
    fail('usage', `job ${job.id} is ${job.state}: it cannot be ${what}`, { id: job.id, state: job.state })

  if (!project.readonly) {
    recover(project)
    for (const annotation of unscored(project)) addJob(project, { kind: 'score', annotation })
    setImmediate(pump)
  }
  return {
    list: () => listJobs(project).map(live),
    get,
    log: id => (sitting?.id === id ? sitting.log() : jobLog(project, id)),
    running: () => (sitting ? get(sitting.id) : null),
    add,
    pause(id) {
      requireWritable()
      const job = get(id)
      if (job.state === 'paused' || job.state === 'pausing') return job
      if (job.state === 'queued') return tell(updateJob(project, id, { state: 'paused' }))
      if (job.state !== 'running' || sitting?.id !== id) return refuse(job, 'paused')
      const changed = tell(updateJob(project, id, { state: 'pausing' }))
      sitting.stop()
      return changed
    },
    resume(id) {
      requireWritable()
      const job = get(id)
      if (job.state === 'queued' || job.state === 'running') return job
      if (job.state !== 'paused') return refuse(job, 'resumed')
      tell(requeueJob(project, id, 'back'))
      pump()
      return get(id)
    },
    cancel(id) {
      requireWritable()
      const job = get(id)
      if (job.state === 'cancelled') return job
      if (job.state === 'queued' || job.state === 'paused') return end(id)
      if ((job.state !== 'running' && job.state !== 'pausing') || sitting?.id !== id)
        return refuse(job, 'cancelled')
      // On disk before it is told, so that it stays cancelled whatever happens now.
      const changed = tell(updateJob(project, id, { state: 'cancelled' }))
      sitting.stop()
      return changed
    },
    retry(id) {
      requireWritable()
      const job = get(id)
      if (job.state === 'queued') return job
      if (job.state !== 'failed' && job.state !== 'cancelled') return refuse(job, 'queued again')
      checkRequest(project, job.request)
      tell(requeueJob(project, id, 'back'))
      pump()
      return get(id)
    },
    dismiss(id) {
      requireWritable()
      const job = get(id)
      if (!['done', 'failed', 'cancelled'].includes(job.state)) refuse(job, 'dismissed before it has ended')
      const remove = (): void => {
        removeJob(project, id)
        emit('job.dismissed', { id })
      }
      if (sitting?.id !== id) return Promise.resolve(remove())
      return sitting.ended.then(() => {
        if (closed) return // it is cancelled on disk, and still on the list when the project is open again
        const now = get(id)
        if (now.state === 'cancelled') remove()
        else refuse(now, 'dismissed: it was queued again')
      })
    },
    idle: () =>
      new Promise(resolve => {
        if (!sitting && !nextJob(project)) return resolve()
        waiting.push(resolve)
      }),
    async close() {
      closed = true
      const current = sitting
      if (!current) return
      try {
        if (getJob(project, current.id).state === 'running')
          tell(updateJob(project, current.id, { state: 'pausing' }))
      } catch (error) {
        console.error(messageOf(error)) // its folder is gone, perhaps; the job must end all the same
      }
      current.stop()
      await current.ended
    },
  }
}
