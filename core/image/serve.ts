/** The worker's side of a pool: handles tasks one after another. */
import { parentPort } from 'node:worker_threads'
import { toWire } from '../base/wire-error.ts'
import type { Answer, TaskMessage } from './worker-pool.ts'

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
        port.postMessage({ id, error: toWire(error) } satisfies Answer<Result>)
      }
    })
  })
}
