/** A queue that has begun, of an installation that every test is. */
import { createQueue, type JobQueue, type QueueOptions } from '../../../../electron/backend/queue/index.ts'

export const key = 'the key of the tests'

export function startQueue(options: Omit<QueueOptions, 'key'> & { key?: string }): JobQueue {
  const queue = createQueue({ key, ...options })
  queue.begin()
  return queue
}
