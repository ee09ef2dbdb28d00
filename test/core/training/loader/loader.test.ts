/** The loader: pixel caches, order, independence of workers, and images that cannot be used. */
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { random } from '../../../../core/base/random.ts'
import type { RecipeInput } from '../../../../core/contract/recipe.ts'
import { decodeImage } from '../../../../core/image/decode.ts'
import { randomResizedCrop } from '../../../../core/training/sample/crop.ts'
import { imageSet } from '../../../../core/training/sample/image-set.ts'
import type { ImageSet, TrainingImage } from '../../../../core/training/sample/image-set.ts'
import { openCache } from '../../../../core/training/loader/cache.ts'
import { openLoader } from '../../../../core/training/loader/index.ts'
import type { LoaderConfig } from '../../../../core/training/loader/index.ts'
import { layoutOf, storedSize } from '../../../../core/training/loader/layout.ts'
import type { PixelSource } from '../../../../core/training/loader/pixels.ts'
import { normalisation } from '../../../../core/image/normalise.ts'
import { batchesPerEpoch, epochOrder } from '../../../../core/training/sample/order.ts'
import { createResampler, resample } from '../../../../core/image/resample.ts'
import { evaluationWindow } from '../../../../core/training/sample/window.ts'
import { temporaryFolder, tinyRecipe, writeImages } from '../fixture.ts'

const { dir, remove } = temporaryFolder()
let images: TrainingImage[] = []
beforeAll(async () => {
  images = await writeImages(join(dir, 'images'), 21)
})
afterAll(remove)

const cacheDir = join(dir, 'cache')
const open = (set: ImageSet, changes: object = {}): ReturnType<typeof openCache> =>
  openCache(set, { dir: cacheDir, diskMb: 1, memoryMb: 1, side: 100, ...changes })

interface Made {
  epoch: number
  batch: number
  images: Float32Array
  targets: Float32Array
  indices: number[]
}

async function collect(
  changes: RecipeInput,
  pixels: PixelSource,
  set: ImageSet,
  from: [epoch: number, batch: number, until: number] = [0, 0, 2],
  mode: LoaderConfig['mode'] = 'train',
): Promise<{ made: Made[]; skipped: readonly { key: string; reason: string }[] }> {
  const recipe = tinyRecipe({ ...changes, prefetch: 3 })
  const loader = openLoader({ recipe, mode, set, pixels, classes: 3 })
  const made: Made[] = []
  try {
    loader.start(...from)
    for (let next = await loader.next(); next; next = await loader.next()) {
      const { epoch, batch } = next
      const [shown, targets] = [next.images.slice(), next.targets.slice()]
      made.push({ epoch, batch, images: shown, targets, indices: [...next.indices.subarray(0, next.count)] })
      loader.release(next)
    }
  } finally {
    await loader.close()
  }
  return { made, skipped: loader.skipped }
}

const lively: RecipeInput = {
  augmentation: { brightness: 0.4, contrast: 0.4, saturation: 0.4, lighting: 0.1 },
  cutmix: { probability: 0.5 },
  mixup: { probability: 0.5 },
}

describe('order', () => {
  it('visits every image once per epoch, otherwise in each', () => {
    expect([...epochOrder(50, 1, 0)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i))
    expect(epochOrder(50, 1, 0)).toEqual(epochOrder(50, 1, 0))
    expect(epochOrder(50, 1, 1)).not.toEqual(epochOrder(50, 1, 0))
    expect([batchesPerEpoch(21, 8), batchesPerEpoch(5, 8), batchesPerEpoch(0, 8)]).toEqual([2, 1, 0])
  })
})

describe('the pixel cache', () => {
  it('is made once, found again, and made again when it is damaged', async () => {
    const set = imageSet(images)
    const first = await open(set)
    expect([first.how, first.source.kind]).toEqual(['made', 'memory'])
    const again = await open(set)
    expect(again.how).toBe('found')
    expect(again.source).toEqual(first.source)
    const file = join(
      cacheDir,
      readdirSync(cacheDir).find(name => name.endsWith('.rgb'))!,
    )
    const bytes = readFileSync(file)
    bytes[1000]! ^= 255
    writeFileSync(file, bytes)
    const healed = await open(set)
    expect(healed.how).toBe('made')
    expect(healed.source).toEqual(first.source)
    truncateSync(file, 500)
    expect((await open(set)).how).toBe('made')
  })

  it('holds the decoded pixels, smaller where the side asks for it', async () => {
    const set = imageSet(images)
    const { source } = await open(set)
    if (source.kind !== 'memory') throw new Error('not in memory')
    const decoded = await decodeImage(images[4]!.file)
    expect(source.bytes.slice(source.offsets[4], source.offsets[5])).toEqual(new Uint8Array(decoded.data))
    expect(storedSize(300, 200, 100)).toEqual([150, 100])
    expect(storedSize(80, 90, 100)).toEqual([80, 90])
    expect(layoutOf(set, 8).sizes.slice(0, 2)).toEqual(Int32Array.of(9, 8))
    const small = await open(set, { side: 8 })
    expect(small.bytes).toBe(layoutOf(set, 8).bytes)
  })

  it('lists what cannot be decoded, and goes by the budgets', async () => {
    writeFileSync(join(dir, 'broken.png'), 'no picture')
    const set = imageSet([...images, { ...images[0]!, key: 'train/broken', file: join(dir, 'broken.png') }])
    const { bad } = await open(set)
    expect([...bad.keys()]).toEqual([21])
    expect(bad.get(21)).toMatch(/broken\.png/)
    expect((await open(set, { memoryMb: 0 })).source.kind).toBe('disk')
    // A folder that cannot be created is not an error.
    expect((await open(set, { dir: join(dir, 'broken.png', 'cache') })).source.kind).toBe('memory')
    expect((await open(set, { diskMb: 0 })).source.kind).toBe('memory')
    expect((await open(set, { diskMb: 0, memoryMb: 0 })).source.kind).toBe('files')
  })
})

describe('the loader', () => {
  it('makes the same batches from memory, disk or files, with one worker or three', async () => {
    const set = imageSet(images)
    const { source } = await open(set)
    const expected = await collect(lively, source, set)
    expect(expected.made.map(({ epoch, batch }) => [epoch, batch])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ])
    expect(await collect({ ...lively, workers: 3 }, source, set)).toEqual(expected)
    const disk = await open(set, { memoryMb: 0 })
    expect(await collect({ ...lively, workers: 2 }, disk.source, set)).toEqual(expected)
    const files = await open(set, { memoryMb: 0, diskMb: 0 })
    expect(await collect({ ...lively, workers: 2 }, files.source, set)).toEqual(expected)
  })

  it('starts anywhere with what a run from the start would have seen', async () => {
    const set = imageSet(images)
    const { source } = await open(set)
    const all = await collect(lively, source, set)
    const late = await collect(lively, source, set, [1, 1, 2])
    expect(late.made).toEqual(all.made.slice(3))
  })

  it('gives each sample its crop of its image, and the label', async () => {
    const set = imageSet(images)
    const { source } = await open(set)
    const { made } = await collect({ seed: 5, augmentation: { flip: 0 } }, source, set)
    const recipe = tinyRecipe()
    const by = normalisation(recipe.mean, recipe.std)
    const index = made[2]!.indices[3]!
    const { height, width, label, file } = images[index]!
    const crop = randomResizedCrop(height, width, [0.08, 1], [3 / 4, 4 / 3], random(5, 1, index))
    const expected = new Float32Array(3 * 144)
    const { data } = await decodeImage(file)
    const pixels = { data, offset: 0, height, width }
    resample(createResampler(12, 12), pixels, { window: crop }, by, { data: expected, at: 0 })
    expect(made[2]!.images.slice(3 * 432, 4 * 432)).toEqual(expected)
    expect(made[2]!.targets.slice(9, 12).indexOf(1)).toBe(label)
  })

  it('replaces an unreadable image by another one, the same each time, and lists it', async () => {
    const broken = { ...images[3]!, key: 'train/broken', file: join(dir, 'gone.png') }
    const set = (): ImageSet => imageSet(images.map((image, i) => (i === 3 ? broken : image)))
    const source = {
      kind: 'files',
      files: set().images.map(image => image.file),
      sizes: set().sizes,
    } as const
    const one = await collect({ workers: 1 }, source, set())
    const three = await collect({ workers: 3 }, source, set())
    expect(three.made).toEqual(one.made)
    expect(one.made.flatMap(made => made.indices)).not.toContain(3)
    expect(one.skipped.map(({ key }) => key)).toEqual(['train/broken'])
    expect(one.skipped[0]!.reason).toMatch(/gone\.png/)
  })

  it('refuses a file whose size has changed since it was imported, and an epoch without any image', async () => {
    const wrong = imageSet(images.slice(0, 8).map(image => ({ ...image, width: 99 })))
    const files = { kind: 'files', files: wrong.images.map(image => image.file), sizes: wrong.sizes } as const
    await expect(collect({}, files, wrong)).rejects.toMatchObject({ code: 'bad-data' })
    const reason = (await openCache(wrong, { dir: cacheDir, diskMb: 0, memoryMb: 1, side: 100 })).bad.get(0)
    expect(reason).toMatch(/imported/)
  })

  it('tells a failing disk as what it is, with the file and the way out', async () => {
    const set = imageSet(images)
    const { source } = await open(set, { memoryMb: 0 })
    if (source.kind !== 'disk') throw new Error(source.kind)
    const away = { ...source, file: join(dir, 'away.rgb') }
    await expect(collect({ workers: 1 }, away, set)).rejects.toMatchObject({
      name: 'RelabelError',
      code: 'not-found',
      message: `${away.file} does not exist`,
      detail: { path: away.file },
    })
  })

  it('evaluates whole images in order, the last batch short', async () => {
    const set = imageSet(images)
    const { source } = await open(set)
    const changes: RecipeInput = { evaluation: { mode: 'squash' }, batch: 6 }
    const { made } = await collect(changes, source, set, [0, 0, 1], 'evaluate')
    expect(made.flatMap(batch => batch.indices)).toEqual(images.map((_, i) => i))
    const by = normalisation(tinyRecipe().mean, tinyRecipe().std)
    const { height, width, file } = images[20]!
    const window = { top: 0, left: 0, height, width }
    const expected = new Float32Array(432)
    const { data } = await decodeImage(file)
    const to = createResampler(12, 12)
    const pixels = { data, offset: 0, height, width }
    resample(to, pixels, { window }, by, { data: expected, at: 0 })
    expect(made[3]!.images.slice(2 * 432, 3 * 432)).toEqual(expected)
  })
})

describe('evaluationWindow', () => {
  it('is the centre crop in pixels of the image', () => {
    // 400×300 → 256 rows would be 341×256; the crop of 224 starts at 58.5 → 58 columns (halves to even) and 16 rows.
    const window = evaluationWindow({ height: 300, width: 400 }, 'center', 256, 224)
    expect(window.top).toBeCloseTo((16 * 300) / 256, 9)
    expect(window.left).toBeCloseTo((58 * 400) / 341, 9)
    expect(window.height).toBeCloseTo((224 * 300) / 256, 9)
    expect(evaluationWindow({ height: 3, width: 4 }, 'squash', 9, 7)).toEqual({
      top: 0,
      left: 0,
      height: 3,
      width: 4,
    })
  })
})
