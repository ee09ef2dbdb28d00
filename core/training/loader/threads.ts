/** The loader's threads: every request gets an answer, even if its thread dies. */
import { Worker } from 'node:worker_threads'
import { toWire } from '../../base/wire-error.ts'
import type { BatchAnswer, BatchRequest, WorkerSetup } from './messages.ts'

/** Threads that make batches. */
export interface Threads {
  /** Assigns a batch to the least busy thread. */
  ask(request: BatchRequest): Promise<BatchAnswer>
  close(): Promise<void>
}

/** A thread, and the pending requests by slot. */
interface Thread {
  worker: Worker
  waiting: Map<number, (answer: BatchAnswer) => void>
}

/** Answers all pending requests of a thread. */
function lose({ waiting }: Thread, reason: string): void {
  const error = toWire(new Error(`a loader thread ${reason}`))
  for (const [slot, answer] of waiting) answer({ kind: 'failed', slot, error })
}

function startThread(setup: WorkerSetup): Thread {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: setup })
  const thread: Thread = { worker, waiting: new Map() }
  worker.on('message', (answer: BatchAnswer) => {
    const { waiting } = thread
    const settle = waiting.get(answer.slot)
    waiting.delete(answer.slot)
    settle?.(answer)
  })
  worker.on('error', error => lose(thread, `failed (${String(error)})`))
  return thread
}

async function endThread({ worker }: Thread): Promise<void> {
  const ended = new Promise<void>(resolve => worker.once('exit', () => resolve()))
  worker.postMessage('close')
  await ended
}

/** Starts `count` threads over one setup. */
export function startThreads(count: number, setup: WorkerSetup): Threads {
  let closed = false
  const threads = Array.from({ length: count }, () => {
    const thread = startThread(setup)
    thread.worker.on('exit', () => !closed && lose(thread, 'ended'))
    return thread
  })
  return {
    ask(request) {
      const idle = threads.reduce((a, b) => (b.waiting.size < a.waiting.size ? b : a))
      const answer = new Promise<BatchAnswer>(resolve => idle.waiting.set(request.slot, resolve))
      idle.worker.postMessage(request)
      return answer
    },
    async close() {
      closed = true
      await Promise.all(threads.map(endThread))
    },
  }
}
