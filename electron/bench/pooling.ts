/** `relabel bench pooling`: sparse against dense label pooling, in one run. */
import { random } from '../../core/base/random.ts'
import type { LabelMap } from '../../core/labelmap/label-map.ts'
import { identityClassMap } from '../../core/labelmap/class-map.ts'
import { cropBox } from '../../core/pooling/crop.ts'
import type { Crop } from '../../core/pooling/crop.ts'
import { roiAlign } from '../../core/pooling/roi-align.ts'
import { createTargetScratch, poolTarget } from '../../core/pooling/target.ts'

/** Figures of one run: C = 1000 classes, maps of 15×15, K = 5, random-resized crops (.08–1 of the area, 3/4–4/3). */
export interface PoolingBench {
  classes: number
  shape: [K: number, H: number, W: number]
  /** Crops per second and core. */
  sparsePerSecond: number
  densePerSecond: number
  ratio: number
  /** Largest difference between the two in a probability. */
  largestDifference: number
}

const classes = 1000
const shape: [number, number, number] = [5, 15, 15]
const image = { height: 375, width: 500 }

/** Maps like a real annotator's: about 260 distinct classes each, drawn from a few neighbourhoods. */
function makeMap(seed: number): LabelMap {
  const source = random(7, seed)
  const [K, H, W] = shape
  const pool = source.shuffle(Array.from({ length: classes }, (_, c) => c)).slice(0, 260)
  const ids = new Uint16Array(K * H * W)
  const logits = new Float32Array(K * H * W)
  for (let cell = 0; cell < H * W; cell++) {
    const start = source.int(pool.length)
    for (let k = 0; k < K; k++) {
      ids[k * H * W + cell] = pool[(start + k * 7) % pool.length]!
      logits[k * H * W + cell] = source.uniform(9, 12) - k
    }
  }
  return { shape, ids, logits }
}

function makeCrop(seed: number): Crop {
  const source = random(11, seed)
  for (;;) {
    const area = source.uniform(0.08, 1) * image.height * image.width
    const aspect = Math.exp(source.uniform(Math.log(3 / 4), Math.log(4 / 3)))
    const width = Math.round(Math.sqrt(area * aspect))
    const height = Math.round(Math.sqrt(area / aspect))
    if (width > image.width || height > image.height) continue
    return {
      top: source.int(image.height - height + 1),
      left: source.int(image.width - width + 1),
      height,
      width,
    }
  }
}

/** The published formulation: scatter to `[C, H, W]`, RoIAlign, softmax; its memory is reused too. */
function densePool(map: LabelMap, crop: Crop, dense: Float32Array, out: Float32Array): void {
  const [K, H, W] = map.shape
  dense.fill(0)
  for (let k = 0; k < K; k++)
    for (let cell = 0; cell < H * W; cell++)
      dense[map.ids[k * H * W + cell]! * H * W + cell] = map.logits[k * H * W + cell]!
  const pooled = roiAlign(dense, [classes, H, W], cropBox(crop, image, { height: H, width: W }), {
    outputSize: 1,
  })
  let top = -Infinity
  for (const value of pooled) top = Math.max(top, value)
  let total = 0
  for (let c = 0; c < classes; c++) total += out[c] = Math.exp(pooled[c]! - top)
  for (let c = 0; c < classes; c++) out[c] = out[c]! / total
}

/** Runs both formulations alternately on the same maps and crops, for about `seconds` (default 4) in total. */
export async function benchPooling(options: { seconds?: number } = {}): Promise<PoolingBench> {
  const { seconds = 4 } = options
  const maps = Array.from({ length: 64 }, (_, i) => makeMap(i))
  const crops = Array.from({ length: 509 }, (_, i) => makeCrop(i))
  const classMap = identityClassMap(classes)
  const scratch = createTargetScratch(classMap)
  const sparse = new Float32Array(classes)
  const published = new Float32Array(classes)
  const dense = new Float32Array(classes * shape[1] * shape[2])
  const runSparse = (i: number): void => {
    poolTarget(maps[i % 64]!, crops[i % 509]!, image, sparse, scratch)
  }
  const runDense = (i: number): void => densePool(maps[i % 64]!, crops[i % 509]!, dense, published)

  let largestDifference = 0
  for (let i = 0; i < 200; i++) {
    runSparse(i)
    runDense(i)
    for (let c = 0; c < classes; c++)
      largestDifference = Math.max(largestDifference, Math.abs(sparse[c]! - published[c]!))
  }
  const tally = { sparse: { done: 0, took: 0 }, dense: { done: 0, took: 0 } }
  const until = performance.now() + seconds * 1000
  // Alternately, so that a noisy machine slows both equally.
  while (performance.now() < until) {
    measure(tally.sparse, runSparse, 2000)
    measure(tally.dense, runDense, 100)
    await new Promise<void>(resolve => setImmediate(resolve))
  }
  const sparsePerSecond = tally.sparse.done / tally.sparse.took
  const densePerSecond = tally.dense.done / tally.dense.took
  return {
    classes,
    shape,
    sparsePerSecond,
    densePerSecond,
    ratio: sparsePerSecond / densePerSecond,
    largestDifference,
  }
}

function measure(tally: { done: number; took: number }, run: (i: number) => void, times: number): void {
  const start = performance.now()
  for (let i = 0; i < times; i++) run(tally.done + i)
  tally.took += (performance.now() - start) / 1000
  tally.done += times
}
