/** A pool of worker threads: bounded by the caller, with dead threads replaced, in no particular order. */
import { Worker } from 'node:worker_threads'

/** A pool of worker threads. */
export interface WorkerPool<Task, Result> {
  size: number
  /** Runs a task on the least busy worker; rejects with the task's error, or a {@link WorkerDied}. */
  run(task: Task): Promise<Result>
  /** Stops the threads; tasks in progress reject. */
  close(): Promise<void>
}

/** The worker ended before this task was done (out of memory, for example). */
export class WorkerDied extends Error {}

/** Requests to a worker and its responses. Tasks are answered in order. */
export interface TaskMessage<Task> {
  id: number
  task: Task
}
export type Answer<Result> = { id: number; result: Result } | { id: number; error: unknown }

interface Pending<Task, Result> {
  task: Task
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

interface Member<Task, Result> {
  /** Absent before its first task, and after it died without pending tasks. */
  worker?: Worker | undefined
  /** In the order they were sent: the first one is in progress. */
  pending: Map<number, Pending<Task, Result>>
}

/**
 * Starts `size` workers on the module `url`. Tasks are queued ahead, so that workers stay busy while the caller's
 * thread is blocked; keep the number in flight bounded.
 */
export function createWorkerPool<Task, Result>(
  url: URL,
  options: { size: number; memoryMb?: number },
): WorkerPool<Task, Result> {
  let nextId = 0
  let closed = false
  const members = Array.from({ length: options.size }, (): Member<Task, Result> => ({ pending: new Map() }))

  function start(member: Member<Task, Result>): Worker {
    const limits = options.memoryMb ? { resourceLimits: { maxOldGenerationSizeMb: options.memoryMb } } : {}
    const worker = new Worker(url, limits)
    let reason = 'the worker thread ended'
    worker.on('message', (answer: Answer<Result>) => {
      const pending = member.pending.get(answer.id)
      member.pending.delete(answer.id)
      if ('error' in answer) pending?.reject(answer.error)
      else pending?.resolve(answer.result)
    })
    worker.on('error', error => (reason = error.message))
    worker.on('exit', () => {
      if (closed) return
      member.worker = undefined
      const [first] = member.pending
      if (!first) return
      member.pending.delete(first[0])
      first[1].reject(new WorkerDied(reason))
      if (member.pending.size === 0) return
      const next = start(member)
      for (const [id, { task }] of member.pending) next.postMessage({ id, task })
    })
    member.worker = worker
    return worker
  }

  return {
    size: options.size,
    run(task) {
      const member = members.reduce((best, other) => (other.pending.size < best.pending.size ? other : best))
      if (closed) return Promise.reject(new WorkerDied('the pool is closed'))
      return new Promise((resolve, reject) => {
        const id = nextId++
        member.pending.set(id, { task, resolve, reject })
        const message: TaskMessage<Task> = { id, task }
        ;(member.worker ?? start(member)).postMessage(message)
      })
    },
    async close() {
      closed = true
      await Promise.all(members.map(async member => member.worker?.terminate()))
      for (const { pending } of members)
        for (const { reject } of pending.values()) reject(new WorkerDied('the pool was closed'))
    },
  }
}
