/** The annotator's loop with a made-up session: order, batches, resume, bad images, cancel. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { annotate, type AnnotateJob } from '../../../core/annotator/annotate.ts'
import { planBatches, type ImageToAnnotate } from '../../../core/annotator/plan.ts'
import type { Preprocessing } from '../../../core/annotator/preprocess.ts'
import type { AnnotatorAnswer, AnnotatorTask } from '../../../core/annotator/worker.ts'
import type { Session } from '../../../core/engine/engine.ts'
import { createWorkerPool, type WorkerPool } from '../../../core/image/worker-pool.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'

const preprocessing: Preprocessing = { size: 16, resize: 'squash', mean: [0, 0, 0], std: [1, 1, 1] }
const count = 11
let dir: string
let images: ImageToAnnotate[]
let pool: WorkerPool<AnnotatorTask, AnnotatorAnswer>

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-loop-'))
  images = []
  for (let i = 0; i < count; i++) {
    const file = join(dir, `${i}.png`)
    await sharp({ create: { width: 20, height: 10, channels: 3, background: { r: 20 * i, g: 0, b: 255 } } })
      .png()
      .toFile(file)
    images.push({ key: `k${String(i).padStart(2, '0')}`, file, width: 20, height: 10 })
  }
  writeFileSync(join(dir, '5.png'), 'no image')
  pool = createWorkerPool(new URL('../../../core/annotator/worker.ts', import.meta.url), { size: 2 })
})
afterAll(async () => {
  await pool.close()
  rmSync(dir, { recursive: true, force: true })
})

/** Answers [N, 3, 2, 2]: each channel's mean over a quarter of the image; notes the batches it saw. */
function meanSession(seen: number[][]): Session {
  return {
    inputs: ['image'],
    outputs: ['map'],
    run: ({ image }) => {
      const [n = 0, c = 0, h = 0, w = 0] = image!.shape
      const data = new Float32Array(n * c * 4)
      for (let i = 0; i < n * c; i++)
        for (let y = 0; y < h; y++)
          for (let x = 0; x < w; x++)
            data[i * 4 + (y < h / 2 ? 0 : 2) + (x < w / 2 ? 0 : 1)]! +=
              image!.data[(i * h + y) * w + x]! / ((h * w) / 4)
      // The red of each image's first cell, in 0…255: tells which images were in the batch.
      seen.push(Array.from({ length: n }, (_, i) => Math.round(data[i * c * 4]! * 255)))
      return Promise.resolve({ map: { shape: [n, c, 2, 2], data } })
    },
    close: () => Promise.resolve(),
  }
}

interface Seen {
  batches: number[][]
  records: [string, LabelMap][]
  skipped: string[]
}

async function run(changes: Partial<AnnotateJob> = {}): Promise<Seen & { annotated: number }> {
  const seen: Seen = { batches: [], records: [], skipped: [] }
  const report = await annotate({
    session: meanSession(seen.batches),
    pool,
    batches: planBatches(images, preprocessing, [8, 8], 4),
    preprocessing,
    topK: 2,
    classes: 3,
    sink: {
      append: async ({ key }, map) => void seen.records.push([key, map]),
      skip: async image => void seen.skipped.push(image.key),
    },
    isDone: () => false,
    total: count,
    signal: new AbortController().signal,
    ...changes,
  })
  expect(report.seconds).toBeGreaterThan(0)
  return { ...seen, annotated: report.annotated }
}

describe('annotate', () => {
  it('writes the top classes in image order and skips what is bad', async () => {
    const { records, skipped, batches, annotated } = await run()
    expect(annotated).toBe(count - 1)
    expect(records.map(([key]) => key)).toEqual(images.map(image => image.key).filter(key => key !== 'k05'))
    expect(skipped).toEqual(['k05'])
    // Blue (class 2) is 1 everywhere, red (class 0) is 20·i/255, green 0.
    const [, map] = records[2]!
    expect(map.shape).toEqual([2, 2, 2])
    expect([...map.ids]).toEqual([2, 2, 2, 2, 0, 0, 0, 0])
    expect(map.logits[0]).toBeCloseTo(1, 6)
    expect(map.logits[4]).toBeCloseTo(40 / 255, 6)
    // A bad image leaves its place empty.
    expect(batches).toEqual([
      [0, 20, 40, 60],
      [80, 0, 120, 140],
      [160, 180, 200],
    ])
  })

  it('continues with the same batches: what was done keeps its place, empty', async () => {
    const done = new Set(['k00', 'k01', 'k02', 'k03', 'k04', 'k05', 'k06'])
    const whole = await run()
    const rest = await run({ isDone: key => done.has(key) })
    expect(rest.batches.map(batch => batch.length)).toEqual([4, 3])
    expect(rest.batches[0]![3]).toBe(140)
    expect(rest.records).toEqual(whole.records.filter(([key]) => !done.has(key)))
  })

  it('fills up the last batch of a model with a fixed batch', async () => {
    const { batches, records } = await run({ fixedBatch: 4 })
    expect(batches.map(batch => batch.length)).toEqual([4, 4, 4])
    expect(records).toHaveLength(count - 1)
  })

  it('stops when it is cancelled, with a beginning of the list written', async () => {
    const controller = new AbortController()
    const written: string[] = []
    const stopped = run({
      signal: controller.signal,
      batches: planBatches(images, preprocessing, [8, 8], 2),
      sink: {
        append: async ({ key }) => {
          written.push(key)
          if (written.length === 3) controller.abort()
        },
        skip: async () => {},
      },
    })
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' })
    expect(written.length).toBeGreaterThanOrEqual(3)
    expect(written.length).toBeLessThan(count - 1)
    const good = images.map(image => image.key).filter(key => key !== 'k05')
    expect(written).toEqual(good.slice(0, written.length))
  })

  it('passes on what the sink, or a model of other outputs, says', async () => {
    const full = Promise.reject(new Error('no room'))
    full.catch(() => {})
    await expect(run({ sink: { append: () => full, skip: async () => {} } })).rejects.toThrow('no room')
    await expect(run({ classes: 4 })).rejects.toMatchObject({ code: 'mismatch' })
  })
})
