/** Decode pools: order, bad files among good ones, and threads that die. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDecodePool, imageError } from '../../../core/image/pool.ts'
import { createWorkerPool, WorkerDied } from '../../../core/image/worker-pool.ts'

let dir: string
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-pool-'))
  for (let i = 0; i < 20; i++)
    await sharp({ create: { width: 10 + i, height: 20, channels: 3, background: { r: i * 10, g: 0, b: 0 } } })
      .png()
      .toFile(join(dir, `${i}.png`))
  writeFileSync(join(dir, '7.png'), 'no image')
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('a decode pool', () => {
  it('gives images in the order they were asked for, and bad ones as errors', async () => {
    const pool = createDecodePool({ workers: 2 })
    try {
      const requests = Array.from({ length: 20 }, (_, key) => ({ key, file: join(dir, `${key}.png`) }))
      const seen: number[] = []
      for await (const result of pool.decodeAll(requests, 5)) {
        seen.push(result.key)
        if (result.key === 7) expect(result).toMatchObject({ error: { code: 'bad-image' } })
        else expect(result).toMatchObject({ image: { width: 10 + result.key } })
        if ('image' in result) expect(result.image.data[0]).toBe(result.key * 10)
      }
      expect(seen).toEqual(requests.map(request => request.key))
      await expect(pool.decode(join(dir, 'none.png'))).rejects.toMatchObject({ code: 'bad-image' })
    } finally {
      await pool.close()
    }
  })
})

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
