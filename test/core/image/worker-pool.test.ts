/** Worker pools: threads that die, and what their errors become. */
import { describe, expect, it } from 'vitest'
import { imageError } from '../../../core/image/image-error.ts'
import { createWorkerPool, WorkerDied } from '../../../core/image/worker-pool.ts'

describe('a worker pool', () => {
  // Answers in order, as `serve` does.
  const url = new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from 'node:worker_threads'
      parentPort.on('message', ({ id, task }) => {
        if (task === 'die') process.exit(3)
        if (task === 'throw') throw new Error('out of order')
        parentPort.postMessage({ id, result: task * 2 })
      })
    `)}`,
  )

  it('replaces a thread that dies; only the task it died on fails', async () => {
    const pool = createWorkerPool<number | string, number>(url, { size: 1 })
    try {
      const answers = await Promise.allSettled([1, 'die', 2, 'throw', 3].map(task => pool.run(task)))
      expect(answers.map(answer => answer.status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'rejected',
        'fulfilled',
      ])
      expect((answers[1] as PromiseRejectedResult).reason).toBeInstanceOf(WorkerDied)
      expect(imageError('a.png', (answers[3] as PromiseRejectedResult).reason)).toMatchObject({
        code: 'bad-image',
        message: 'a.png: the decoder died on it (out of order)',
      })
    } finally {
      await pool.close()
    }
  })

  it('rejects what is under way when it is closed', async () => {
    const pool = createWorkerPool<number, number>(url, { size: 2 })
    const pending = [1, 2, 3].map(task => pool.run(task))
    const settled = Promise.allSettled(pending)
    await pool.close()
    expect((await settled).every(answer => answer.status === 'rejected')).toBe(true)
    await expect(pool.run(1)).rejects.toBeInstanceOf(WorkerDied)
  })
})
