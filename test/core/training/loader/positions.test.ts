/** What the student and the annotator see lies where it is in the image, however the pixels come. */
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { AnnotatorAnswer, AnnotatorTask } from '../../../../core/annotator/worker.ts'
import { decodeImage } from '../../../../core/image/decode.ts'
import { createWorkerPool } from '../../../../core/image/worker-pool.ts'
import { openCache } from '../../../../core/training/loader/cache.ts'
import { openLoader } from '../../../../core/training/loader/index.ts'
import { imageSet } from '../../../../core/training/sample/image-set.ts'
import { largestShift, middleLine, middleOfPlane, writeWave, type Axis } from '../../image/wave.ts'
import { temporaryFolder, tinyRecipe } from '../fixture.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

/** Enlarged, reduced, and reduced so far that the decoder helps; the axis' length in the file. */
const lengths = [64, 90, 513, 1003]
const axes: Axis[] = ['x', 'y']
const size = 80
const limit = 1 / 16

async function waves(format: string): Promise<{ file: string; axis: Axis; width: number; height: number }[]> {
  return Promise.all(
    axes.flatMap(axis =>
      lengths.map(async length => {
        const [width, height] = axis === 'x' ? [length, 70] : [70, length]
        const file = join(dir, `${axis}${length}.${format}`)
        await writeWave(file, { width, height }, axis, size)
        return { file, axis, width, height }
      }),
    ),
  )
}

describe.each(['png', 'jpg'])('%s', format => {
  it('in the annotator’s threads', async () => {
    const pool = createWorkerPool<AnnotatorTask, AnnotatorAnswer>(
      new URL('../../../../core/annotator/worker.ts', import.meta.url),
      { size: 1 },
    )
    const buffer = new SharedArrayBuffer(4 * 3 * size * size)
    const preprocessing = {
      size,
      resize: 'squash' as const,
      mean: [0, 0, 0] as [number, number, number],
      std: [1, 1, 1] as [number, number, number],
    }
    try {
      for (const { file, axis } of await waves(format)) {
        await pool.run({ kind: 'load', file, width: size, height: size, preprocessing, buffer, offset: 0 })
        const seen = middleOfPlane(new Float32Array(buffer), size, size, axis)
        expect(largestShift(seen, middleLine(await decodeImage(file), axis)), file).toBeLessThan(limit)
      }
    } finally {
      await pool.close()
    }
  })

  it.each([
    ['the cache at its full size', { memoryMb: 100, diskMb: 0, side: 2000 }],
    ['the cache at a smaller size', { memoryMb: 100, diskMb: 0, side: 60 }],
    ['the files', { memoryMb: 0, diskMb: 0, side: 60 }],
  ])('in the loader, from %s', async (_where, options) => {
    const all = await waves(format)
    const set = imageSet(
      all.map(({ file, width, height }, i) => ({
        key: `train/${i}`,
        file,
        width,
        height,
        label: i % 3,
        truth: null,
      })),
    )
    const { source } = await openCache(set, { dir: join(dir, 'cache'), ...options })
    const recipe = tinyRecipe({ size, mean: [0, 0, 0], std: [1, 1, 1], evaluation: { mode: 'squash' } })
    const loader = openLoader({
      recipe,
      mode: 'evaluate',
      set,
      pixels: source,
      classes: 3,
      batch: all.length,
    })
    try {
      loader.start(0, 0, 1)
      const batch = (await loader.next())!
      for (const [place, { file, axis }] of all.entries()) {
        expect(batch.indices[place]).toBe(place)
        const planes = batch.images.subarray(place * 3 * size * size)
        const seen = middleOfPlane(planes, size, size, axis)
        expect(largestShift(seen, middleLine(await decodeImage(file), axis)), file).toBeLessThan(limit)
      }
      loader.release(batch)
    } finally {
      await loader.close()
    }
  })
})
