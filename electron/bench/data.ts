/** `relabel bench data`: how fast batches are made, and how busy they keep the training step. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { random } from '../../core/base/random.ts'
import type { RecipeInput } from '../../core/contract/recipe.ts'
import { buildStudent } from '../../core/graph/students/index.ts'
import type { StudentName } from '../../core/graph/students/index.ts'
import { encodeJpeg } from '../../core/image/encode.ts'
import { identityClassMap } from '../../core/labelmap/class-map.ts'
import { imageSet } from '../../core/training/sample/image-set.ts'
import type { ImageSet } from '../../core/training/sample/image-set.ts'
import { openCache } from '../../core/training/loader/cache.ts'
import { openLoader } from '../../core/training/loader/index.ts'
import { layoutOf } from '../../core/training/loader/layout.ts'
import type { MapSetup } from '../../core/training/loader/messages.ts'
import type { PixelSource } from '../../core/training/loader/pixels.ts'
import { runTraining } from '../../core/training/run/loop.ts'
import { parseRecipe } from '../../core/training/recipe/recipe.ts'

/** Figures for one source of batches. */
export interface FeedBench {
  /** Batches made by one loader thread with nothing else running. */
  loaderImagesPerSecond: number
  /** While training. */
  imagesPerSecond: number
  /** Share of time in training steps. */
  busy: number
  /** Seconds that an epoch takes at this rate. */
  epochSeconds: number
}

export interface DataBench {
  /** 8,000 scenes of 64×64 in the cache, cropped to 40×40, label pooling (10×10 maps, K = 3), a net of 61,000 weights. */
  scenes: FeedBench
  /** JPEG files of 500×375 decoded for every crop, ResNet-18 at 64 pixels, batches of 32. */
  jpegFiles: FeedBench
  /** The same from the cache of resized images. */
  jpegCached: FeedBench
}

const classes = 10

interface Feed {
  student: StudentName
  recipe: RecipeInput
  set: ImageSet
  pixels: PixelSource
  maps?: MapSetup
  dir: string
}

async function measure({ student, recipe: input, set, pixels, maps, dir }: Feed): Promise<FeedBench> {
  const recipe = parseRecipe({ student, valSplit: null, workers: 1, ...input })
  const loader = openLoader({ recipe, mode: 'train', set, classes, pixels, maps })
  let [made, began] = [0, performance.now()]
  try {
    // The first epoch starts the thread and warms it up.
    loader.start(0, 0, 2)
    for (let next = await loader.next(); next; next = await loader.next()) {
      loader.release(next)
      if (next.epoch === 0) began = performance.now()
      else made += next.count
    }
  } finally {
    await loader.close()
  }
  const loaderImagesPerSecond = (made / (performance.now() - began)) * 1000
  const model = buildStudent(student, { classes, input: [3, recipe.size, recipe.size], seed: 0 })
  const run = { recipe, model, classes, set, pixels, maps, dir, fingerprint: 'bench', resume: false }
  const outcome = await runTraining(run)
  await outcome.trainer.close()
  const imagesPerSecond = (outcome.steps * recipe.batch) / outcome.seconds
  const epochSeconds = set.subset.length / imagesPerSecond
  return { loaderImagesPerSecond, imagesPerSecond, busy: outcome.busy, epochSeconds }
}

function blankSet(count: number, width: number, height: number, file: (i: number) => string): ImageSet {
  return imageSet(
    Array.from({ length: count }, (_, i) => ({
      key: `train/${i}`,
      file: file(i),
      width,
      height,
      label: i % classes,
      truth: null,
    })),
  )
}

/** Maps [3, 10, 10] in shared memory. */
function sceneMaps(count: number): MapSetup {
  const entries = 300
  const ids = new Uint16Array(new SharedArrayBuffer(2 * count * entries))
  const logits = new Float32Array(new SharedArrayBuffer(4 * count * entries))
  const starts = new Float64Array(new SharedArrayBuffer(8 * count))
  const shapes = new Int32Array(new SharedArrayBuffer(12 * count))
  for (let i = 0; i < count; i++) {
    const draw = random(5, i)
    starts[i] = i * entries
    shapes.set([3, 10, 10], 3 * i)
    for (let cell = 0; cell < 100; cell++) {
      const first = draw.int(classes)
      for (let k = 0; k < 3; k++) {
        ids[i * entries + k * 100 + cell] = (first + 3 * k) % classes
        logits[i * entries + k * 100 + cell] = 9 - 2 * k + draw.next()
      }
    }
  }
  return {
    source: { kind: 'memory', ids, logits, starts, shapes },
    classMap: identityClassMap(classes),
    fill: 0,
  }
}

async function scenes(dir: string): Promise<FeedBench> {
  const count = 8000
  const set = blankSet(count, 64, 64, () => '')
  const { offsets, sizes, bytes: length } = layoutOf(set, 64)
  const bytes = new Uint8Array(new SharedArrayBuffer(length))
  const draw = random(1)
  for (let i = 0; i < length; i++) bytes[i] = draw.int(256)
  const recipe: RecipeInput = {
    supervision: 'relabel',
    size: 40,
    epochs: 2,
    batch: 32,
    lr: 0.008,
    // A net this small runs fastest with one thread; the other core makes the batches.
    threads: 1,
    optimizer: { kind: 'adamw', weightDecay: 0.01 },
    schedule: { warmupSteps: 100 },
    augmentation: { flip: 0 },
  }
  const pixels: PixelSource = { kind: 'memory', bytes, offsets, sizes }
  return measure({ student: 'digits_student', recipe, set, pixels, maps: sceneMaps(count), dir })
}

/** Photograph-like JPEG files: gradients, waves and noise. */
async function writeJpegs(dir: string, count: number, width: number, height: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const draw = random(3, i)
    const [fx, fy, gx, gy] = [
      draw.uniform(0, 0.3),
      draw.uniform(0, 0.3),
      draw.uniform(0, 0.02),
      draw.uniform(0, 0.02),
    ]
    const pixels = new Uint8Array(width * height * 3)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const value = 128 + 50 * Math.sin(x * gx + y * gy) + 30 * Math.sin(x * fx) * Math.cos(y * fy)
        const noise = draw.uniform(-12, 12)
        for (let c = 0; c < 3; c++) pixels[(y * width + x) * 3 + c] = value + noise + 15 * (c - 1)
      }
    writeFileSync(join(dir, `${i}.jpg`), await encodeJpeg(pixels, width, height))
  }
}

/** Runs everything in a temporary folder, which is removed afterwards. */
export async function benchData(): Promise<DataBench> {
  const dir = mkdtempSync(join(tmpdir(), 'relabel-bench-'))
  try {
    const [count, width, height] = [192, 500, 375]
    await writeJpegs(dir, count, width, height)
    const set = blankSet(count, width, height, i => join(dir, `${i}.jpg`))
    const recipe: RecipeInput = { supervision: 'onehot', size: 64, epochs: 2, batch: 32 }
    const files = await openCache(set, { dir, diskMb: 0, memoryMb: 0, side: 128 })
    const cached = await openCache(set, { dir, diskMb: 0, memoryMb: 1000, side: 128 })
    const jpeg = { student: 'resnet18', recipe, set, dir } as const
    return {
      scenes: await scenes(dir),
      jpegFiles: await measure({ ...jpeg, pixels: files.source }),
      jpegCached: await measure({ ...jpeg, pixels: cached.source }),
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
