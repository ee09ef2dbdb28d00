/** The annotator's parts: sizes, batches, normalisation, the meter, the list of skipped images, model hashes. */
import { createHash } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMeter } from '../../../core/annotator/meter.ts'
import { modelHash } from '../../../core/annotator/model-hash.ts'
import { fitInput } from '../../../core/annotator/open.ts'
import { planBatches } from '../../../core/annotator/plan.ts'
import { checkPreprocessing, inputSize, type Preprocessing } from '../../../core/annotator/preprocess.ts'
import { drawCrop } from '../../../core/annotator/random-crop.ts'
import { openSkipped, readSkipped, skippedName } from '../../../core/annotator/skipped.ts'
import { random } from '../../../core/base/random.ts'
import { encodeModel } from '../../../core/graph/onnx/encode.ts'
import { checkCrop } from '../../../core/pooling/crop.ts'
import { tinyClassifier } from '../../electron/cli-run.ts'

let dir: string
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'relabel-parts-'))))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const squash: Preprocessing = { size: 480, resize: 'squash', mean: [0.5, 0.5, 0.5], std: [0.5, 0.25, 1] }
const pad: Preprocessing = { ...squash, resize: 'pad' }

describe('inputSize', () => {
  it('squashes to the square, or brings both sides to whole cells', () => {
    expect(inputSize(squash, { width: 500, height: 375 }, [32, 32])).toEqual({ width: 480, height: 480 })
    expect(inputSize(pad, { width: 500, height: 375 }, [32, 32])).toEqual({ width: 640, height: 480 })
    expect(inputSize(pad, { width: 375, height: 500 }, [32, 32])).toEqual({ width: 480, height: 640 })
    // A strip is held to four times the size on its longer side.
    expect(inputSize(pad, { width: 10_000, height: 100 }, [32, 32])).toEqual({ width: 1920, height: 32 })
  })

  it('keeps the aspect to half a cell', () => {
    const side = fc.integer({ min: 1, max: 5000 })
    fc.assert(
      fc.property(side, side, (width, height) => {
        const size = inputSize(pad, { width, height }, [32, 16])
        expect(size.height % 32).toBe(0)
        expect(size.width % 16).toBe(0)
        const scale = Math.min(480 / Math.min(width, height), 1920 / Math.max(width, height))
        if (size.width > 16) expect(Math.abs(size.width - width * scale)).toBeLessThanOrEqual(8)
        if (size.height > 32) expect(Math.abs(size.height - height * scale)).toBeLessThanOrEqual(16)
      }),
    )
  })

  it('refuses numbers that no annotator could want', () => {
    for (const wrong of [
      { size: 4 },
      { size: 48.5 },
      { std: [0, 1, 1] },
      { mean: [NaN, 0, 0] },
      { mean: [127, 127, 127] },
    ])
      expect(() => checkPreprocessing({ ...squash, ...(wrong as Partial<Preprocessing>) })).toThrow()
    expect(() => checkPreprocessing(squash)).not.toThrow()
  })
})

describe('planBatches', () => {
  it('cuts at the batch size and where the input size changes', () => {
    const image = (
      key: string,
      width: number,
    ): { key: string; file: string; width: number; height: number } => ({
      key,
      file: key,
      width,
      height: 100,
    })
    const list = [image('a', 100), image('b', 100), image('c', 100), image('d', 200), image('e', 100)]
    const keys = (rule: Preprocessing): string[] =>
      [...planBatches(list, rule, [32, 32], 2)].map(batch => batch.images.map(of => of.key).join(''))
    expect(keys(squash)).toEqual(['ab', 'cd', 'e'])
    expect(keys(pad)).toEqual(['ab', 'c', 'd', 'e'])
  })
})

describe('fitInput', () => {
  const wanted = { size: 480, resize: 'squash', batch: 8 } as const
  it('takes what a model was exported for', () => {
    expect(fitInput({ inputShape: ['n', 3, 'h', 'w'] }, 'm.onnx', wanted)).toEqual({ batch: 8 })
    expect(fitInput({ inputShape: [2, 3, 480, 480] }, 'm.onnx', wanted)).toEqual({ batch: 2, fixedBatch: 2 })
    expect(() => fitInput({ inputShape: ['n', 3, 224, 224] }, 'm.onnx', wanted)).toThrow(/--size 224/)
    expect(() => fitInput({ inputShape: ['n', 1, 'h', 'w'] }, 'm.onnx', wanted)).toThrow(/1 channels/)
  })
})

describe('the meter', () => {
  it('measures only what was worked on', () => {
    let now = 0
    const meter = createMeter(100, () => now)
    meter.before(40)
    expect([meter.done(), meter.rate(), meter.left()]).toEqual([40, 0, undefined])
    for (let i = 0; i < 20; i++) {
      now += 1000
      meter.inferred(0.9)
      meter.finished()
    }
    expect(meter.done()).toBe(60)
    expect(meter.rate()).toBeCloseTo(1, 1)
    expect(meter.left()).toBeCloseTo(40, -1)
    expect(meter.total()).toEqual({ items: 20, seconds: 20, busy: expect.closeTo(0.9, 10) as number })
  })

  it('follows a change of pace within half a minute', () => {
    let now = 0
    const meter = createMeter(10_000, () => now)
    for (let i = 0; i < 60; i++, now += 1000) meter.finished()
    for (let i = 0; i < 600; i++, now += 100) meter.finished()
    expect(meter.rate()).toBeCloseTo(10, 0)
  })
})

describe('the list of skipped images', () => {
  it('survives a line that was cut off', async () => {
    const list = await openSkipped(dir)
    await list.append({ key: 'train/a.png', reason: 'the file is empty' })
    await list.append({ key: 'train/b "ü".png', reason: 'x' })
    await list.close()
    appendFileSync(join(dir, skippedName), '{"key":"train/c.png","rea')
    expect(await readSkipped(dir)).toHaveLength(2)
    const again = await openSkipped(dir)
    expect(again.known.map(image => image.key)).toEqual(['train/a.png', 'train/b "ü".png'])
    await again.append({ key: 'train/d.png', reason: 'y' })
    await again.close()
    expect((await readSkipped(dir)).map(image => image.key)).toEqual([
      'train/a.png',
      'train/b "ü".png',
      'train/d.png',
    ])
    expect(readFileSync(join(dir, skippedName), 'utf8')).not.toContain('rea"')
  })
})

describe('modelHash', () => {
  it('is the sum of the file, and of the files that hold its weights', async () => {
    const model = tinyClassifier(3)
    const bytes = encodeModel(model)
    writeFileSync(join(dir, 'm.onnx'), bytes)
    expect(await modelHash(join(dir, 'm.onnx'))).toBe(createHash('sha256').update(bytes).digest('hex'))
    const weights = model.graph.initializers.get('w3')!
    writeFileSync(join(dir, 'm.data'), weights.raw)
    weights.external = { location: 'm.data', offset: 0, length: weights.raw.length }
    weights.raw = new Uint8Array()
    writeFileSync(join(dir, 'e.onnx'), encodeModel(model))
    const before = await modelHash(join(dir, 'e.onnx'))
    writeFileSync(join(dir, 'm.data'), Buffer.alloc(96, 1))
    expect(await modelHash(join(dir, 'e.onnx'))).not.toBe(before)
    await expect(modelHash(join(dir, 'none.onnx'))).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('drawCrop', () => {
  it('stays inside, whatever the image', () => {
    const side = fc.integer({ min: 1, max: 3000 })
    fc.assert(
      fc.property(side, side, fc.integer(), (width, height, seed) => {
        const crop = drawCrop({ width, height }, random(seed))
        expect(() => checkCrop(crop, { width, height })).not.toThrow()
      }),
    )
  })
})
