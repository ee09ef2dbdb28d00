/** Annotates images: decode, infer, keep the top classes, write. The stages overlap, and records are in image order. */
import { fail, type RelabelError } from '../base/error.ts'
import { stampOf, type FileStamp } from '../base/files/stamp.ts'
import type { Session } from '../engine/engine.ts'
import { imageError, isPassing, reasonOf } from '../image/image-error.ts'
import type { LabelMap } from '../labelmap/label-map.ts'
import type { WorkerPool } from '../image/worker-pool.ts'
import type { Batch, ImageToAnnotate } from './plan.ts'
import { createMeter, type Meter } from './meter.ts'
import type { Preprocessing } from './preprocess.ts'
import { triedFile, type SkippedImage } from './skipped.ts'
import type { AnnotatorAnswer, AnnotatorTask } from './worker.ts'

/** Receives label maps, and images without one, in image order, one call at a time. */
export interface MapSink {
  append(image: ImageToAnnotate, map: LabelMap, file: FileStamp | null, sha256: string): Promise<void>
  skip(image: SkippedImage): Promise<void>
}

/** One annotation. */
export interface AnnotateJob {
  /** The annotator: one input `[N, 3, H, W]`, first output `[N, C, h, w]`. */
  session: Session
  pool: WorkerPool<AnnotatorTask, AnnotatorAnswer>
  batches: Iterable<Batch>
  preprocessing: Preprocessing
  topK: number
  /** Expected C. */
  classes: number
  sink: MapSink
  /** Images that were done (annotated or skipped) before this job started. */
  isDone: (key: string) => boolean
  /** Images of the whole list, for progress. */
  total: number
  signal: AbortSignal
  onProgress?: (meter: Meter) => void
  /** Batches decoded ahead while one is inferred; default 3. */
  ahead?: number
  /** The batch of a model that was exported for one size only; the last batch is padded with zeros. */
  fixedBatch?: number
  /** Receives the dense output of each batch, `[N, C, h, w]`, before the top classes are selected. */
  inspect?: (batch: Batch, logits: Float32Array, shape: readonly number[]) => void
}

/** The result of one call. */
export interface AnnotateReport {
  annotated: number
  skipped: SkippedImage[]
  /** From the first decode to the last record. */
  seconds: number
  /** Share of that time in which inference ran, 0…1. */
  busy: number
}

interface Loaded {
  batch: Batch
  buffer: SharedArrayBuffer
  /** By place in the batch: absent where the image was done before. */
  results: (Promise<{ sha256: string } | { error: RelabelError }> | undefined)[]
  /** By place: each file before it was read. */
  stamps: (FileStamp | null)[]
}

/** Maximum number of batches waiting to be written. */
const maxUnwritten = 2

/**
 * Annotates all images that are not done. On abort everything already inferred is written, then it rejects with
 * `cancelled`. A bad image is skipped with its reason. Records follow the order of the images, regardless of which
 * finishes first.
 */
export async function annotate(job: AnnotateJob): Promise<AnnotateReport> {
  const meter = createMeter(job.total)
  const report: AnnotateReport = { annotated: 0, skipped: [], seconds: 0, busy: 0 }
  const queue: Loaded[] = []
  const unwritten: Promise<void>[] = []
  const iterator = job.batches[Symbol.iterator]()
  const free = new Map<number, SharedArrayBuffer[]>()
  let last: Promise<void> = Promise.resolve()

  const fill = (): void => {
    while (queue.length < (job.ahead ?? 3) && !job.signal.aborted) {
      const { value: batch, done } = iterator.next()
      if (done) return
      const missing = batch.images.filter(image => !job.isDone(image.key)).length
      meter.before(batch.images.length - missing)
      if (missing > 0) queue.push(load(job, batch, free))
    }
  }

  fill()
  for (let next = queue.shift(); next; next = queue.shift()) {
    const loaded = next
    const outcomes = await Promise.all(loaded.results.map(async result => result))
    fill()
    if (job.signal.aborted) break
    const good = outcomes.some(outcome => outcome && 'sha256' in outcome)
    const started = performance.now()
    const logits = good ? await infer(job, loaded) : undefined
    meter.inferred((performance.now() - started) / 1000)
    give(free, loaded.buffer)
    const maps = logits && keepTop(job, loaded, outcomes, logits)
    last = last.then(() => write(job, loaded, outcomes, maps, { report, meter }))
    last.catch(() => {}) // handled by the await below; must not count as unhandled until then
    unwritten.push(last)
    if (unwritten.length > maxUnwritten) await unwritten.shift()
    // The engine blocks this thread: let messages, progress and a cancel through.
    await new Promise(resolve => setImmediate(resolve))
  }
  await Promise.all(unwritten)
  const { seconds, busy } = meter.total()
  if (job.signal.aborted) fail('cancelled', 'the annotation was stopped', { done: meter.done() })
  return { ...report, seconds, busy }
}

function give(free: Map<number, SharedArrayBuffer[]>, buffer: SharedArrayBuffer): void {
  const list = free.get(buffer.byteLength) ?? []
  free.set(buffer.byteLength, list)
  list.push(buffer)
}

/** Sends the batch's missing images to the workers, each into its own place of one shared buffer. */
function load(job: AnnotateJob, batch: Batch, free: Map<number, SharedArrayBuffer[]>): Loaded {
  const { width, height, images } = batch
  const floats = width * height * 3
  const bytes = floats * 4 * (job.fixedBatch ?? images.length)
  const buffer = free.get(bytes)?.pop() ?? new SharedArrayBuffer(bytes)
  const stamps = images.map(({ file, key }) => (job.isDone(key) ? null : stampOf(file)))
  const results = images.map(({ file, key }, place) => {
    if (job.isDone(key)) return undefined
    const { preprocessing } = job
    return job.pool
      .run({ kind: 'load', file, width, height, preprocessing, buffer, offset: place * floats })
      .then(
        answer => answer as { sha256: string },
        (error: unknown) => ({ error: imageError(file, error) }),
      )
  })
  return { batch, buffer, results, stamps }
}

interface Logits {
  buffer: SharedArrayBuffer
  shape: [C: number, H: number, W: number]
}

async function infer(job: AnnotateJob, { batch, buffer }: Loaded): Promise<Logits> {
  const { width, height, images } = batch
  const [input, output] = [job.session.inputs[0] ?? '', job.session.outputs[0] ?? '']
  const count = job.fixedBatch ?? images.length
  const feeds = { [input]: { shape: [count, 3, height, width], data: new Float32Array(buffer) } }
  const results = await job.session.run(feeds)
  const { shape, data } = results[output] ?? fail('bad-model', 'the annotator has no output')
  const [n, c, h, w] = shape
  if (shape.length !== 4 || n !== count || !c || !h || !w)
    return fail('bad-model', `the annotator gave [${shape.join(', ')}] instead of [${count}, C, h, w]`)
  if (c !== job.classes)
    fail('mismatch', `the annotator gave ${c} classes per cell where ${job.classes} were expected`)
  job.inspect?.(batch, data, shape)
  const shared = new SharedArrayBuffer(data.byteLength)
  new Float32Array(shared).set(data)
  return { buffer: shared, shape: [c, h, w] }
}

type Outcome = { sha256: string } | { error: RelabelError } | undefined

function keepTop(
  job: AnnotateJob,
  { batch }: Loaded,
  outcomes: readonly Outcome[],
  { buffer, shape }: Logits,
): (Promise<LabelMap | RelabelError> | undefined)[] {
  const each = shape[0] * shape[1] * shape[2]
  return batch.images.map(({ file }, place) => {
    const outcome = outcomes[place]
    if (!outcome || 'error' in outcome) return undefined
    return job.pool.run({ kind: 'top', buffer, offset: place * each, shape, k: job.topK }).then(
      answer => (answer as { map: LabelMap }).map,
      (error: unknown) => imageError(file, error),
    )
  })
}

async function write(
  job: AnnotateJob,
  { batch, stamps }: Pick<Loaded, 'batch' | 'stamps'>,
  outcomes: readonly Outcome[],
  maps: (Promise<LabelMap | RelabelError> | undefined)[] | undefined,
  { report, meter }: { report: AnnotateReport; meter: Meter },
): Promise<void> {
  for (const [place, image] of batch.images.entries()) {
    const outcome = outcomes[place]
    if (!outcome) continue
    const map = 'error' in outcome ? outcome.error : await maps?.[place]
    if (map === undefined || map instanceof Error || 'error' in outcome) {
      const skipped = await skippedImage(image, stamps[place]!, map)
      report.skipped.push(skipped)
      await job.sink.skip(skipped)
    } else {
      await job.sink.append(image, map, stamps[place]!, outcome.sha256)
      report.annotated++
    }
    meter.finished()
  }
  job.onProgress?.(meter)
}

async function skippedImage(
  { key, file }: ImageToAnnotate,
  stamp: FileStamp | null,
  error: unknown,
): Promise<SkippedImage> {
  const tried = isPassing(error) ? undefined : await triedFile(file, stamp)
  return { key, reason: reasonOf(error), ...(tried && { tried }) }
}
