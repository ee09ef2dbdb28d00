/** A probe before a long run: the cost of each K for this model and these images, the rate, and the size. */
import type { Session } from '../engine/engine.ts'
import type { WorkerPool } from '../image/worker-pool.ts'
import { zstd } from '../labelmap/files/zstd.ts'
import type { LogitMode } from '../contract/manifest.ts'
import { annotate } from './annotate.ts'
import { costOfK, type CostOfK, type DenseMap } from './cost-of-k.ts'
import { planBatches, type ImageToAnnotate } from './plan.ts'
import type { Preprocessing } from './preprocess.ts'
import type { SkippedImage } from './skipped.ts'
import type { AnnotatorAnswer, AnnotatorTask } from './worker.ts'

/** What to try. */
export interface ProbeOptions {
  session: Session
  pool: WorkerPool<AnnotatorTask, AnnotatorAnswer>
  images: readonly ImageToAnnotate[]
  preprocessing: Preprocessing
  stride: readonly [number, number]
  batch: number
  fixedBatch?: number
  classes: number
  mode: LogitMode
  ks: readonly number[]
  /** Images to try, spread evenly over the list. */
  count: number
  /** Random crops an image. */
  crops: number
  seed: number
  signal: AbortSignal
}

/** What was found; predictions are for all `images`. */
export interface ProbeReport {
  images: number
  crops: number
  skipped: SkippedImage[]
  /** [C, H, W] of the first map. */
  shape: [number, number, number] | null
  rows: CostOfK[]
  /** Images per second, decoding and inference overlapped. */
  rate: number
  /** Seconds for the whole data set. */
  seconds: number
  /** Bytes on disk for the whole data set by K, without keys and checksums (some 60 bytes per record). */
  disk: { k: number; bytes: number }[]
}

/** Every n-th image, so that all classes of a sorted list can occur. */
function spread(images: readonly ImageToAnnotate[], count: number): ImageToAnnotate[] {
  const taken = Math.min(count, images.length)
  return Array.from({ length: taken }, (_, i) => images[Math.floor((i * images.length) / taken)]!)
}

/** Runs the annotator on some images and keeps its dense output. */
export async function probe(options: ProbeOptions): Promise<ProbeReport> {
  const { session, preprocessing, stride, batch } = options
  const chosen = spread(options.images, options.count)
  const dense = new Map<string, DenseMap>()
  const good: string[] = []
  const report = await annotate({
    session,
    pool: options.pool,
    batches: planBatches(chosen, preprocessing, stride, batch),
    ...(options.fixedBatch ? { fixedBatch: options.fixedBatch } : {}),
    inspect(of, data, [, c = 0, h = 0, w = 0]) {
      const each = c * h * w
      for (const [place, { key, width, height }] of of.images.entries())
        dense.set(key, {
          shape: [c, h, w],
          data: data.slice(place * each, (place + 1) * each),
          image: { width, height },
        })
    },
    preprocessing,
    topK: Math.min(options.classes, Math.max(...options.ks)),
    classes: options.classes,
    sink: { append: async ({ key }) => void good.push(key), skip: async () => {} },
    isDone: () => false,
    total: chosen.length,
    signal: options.signal,
  })
  const maps = good.map(key => dense.get(key)!)
  const ks = [...new Set(options.ks.map(k => Math.min(k, options.classes)))]
  const rows = costOfK(maps, ks, {
    crops: options.crops,
    seed: options.seed,
    mode: options.mode,
    compression: zstd,
  })
  const rate = report.annotated / report.seconds
  return {
    images: good.length,
    crops: good.length * options.crops,
    skipped: report.skipped,
    shape: maps[0]?.shape ?? null,
    rows,
    rate,
    seconds: options.images.length / rate,
    disk: rows.map(({ k, bytes }) => ({ k, bytes: bytes * options.images.length })),
  }
}
