/** The worker's side of a pool: takes tasks one after another and answers each. */
import { parentPort } from 'node:worker_threads'
import { messageOf, RelabelError } from '../base/error.ts'
import type { Answer, TaskMessage } from './worker-pool.ts'

/** An error as it crosses threads. */
export interface PlainError {
  code: string
  message: string
  detail: Record<string, unknown>
}

/** Errors cross threads as plain data; this is the form in which `run` of the pool rejects. */
function plainError(error: unknown): PlainError {
  return error instanceof RelabelError
    ? { code: error.code, message: error.message, detail: error.detail }
    : { code: 'internal', message: messageOf(error), detail: {} }
}

/** Handles every task with `handle`, in the order they come. Buffers named by `transfer` move without a copy. */
export function serve<Task, Result>(
  handle: (task: Task) => Promise<Result>,
  transfer: (result: Result) => ArrayBuffer[] = () => [],
): void {
  const port = parentPort
  if (!port) throw new Error('this module runs in a worker thread')
  let before: Promise<void> = Promise.resolve()
  port.on('message', ({ id, task }: TaskMessage<Task>) => {
    before = before.then(async () => {
      try {
        const result = await handle(task)
        port.postMessage({ id, result } satisfies Answer<Result>, transfer(result))
      } catch (error) {
        port.postMessage({ id, error: plainError(error) } satisfies Answer<Result>)
      }
    })
  })
}
