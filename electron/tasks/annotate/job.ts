/** The annotate job: label maps for every usable image of a split, into one annotation's folder. */
import { availableParallelism } from 'node:os'
import { annotate } from '../../../core/annotator/annotate.ts'
import { openAnnotator } from '../../../core/annotator/open.ts'
import { planBatches, type ImageToAnnotate } from '../../../core/annotator/plan.ts'
import { openSkipped, type SkippedImage, type SkippedList } from '../../../core/annotator/skipped.ts'
import type { AnnotatorAnswer, AnnotatorTask } from '../../../core/annotator/worker.ts'
import { fail } from '../../../core/base/error.ts'
import type { Manifest } from '../../../core/contract/manifest.ts'
import type { EngineOptions } from '../../../core/engine/engine.ts'
import { createWorkerPool, type WorkerPool } from '../../../core/image/worker-pool.ts'
import { createLabelMapWriter, type LabelMapWriter } from '../../../core/labelmap/files/index.ts'
import { listImages, type ImageRow } from '../../../core/project/images.ts'
import { openProject } from '../../../core/project/project.ts'
import type { Preprocessing } from '../../../core/annotator/preprocess.ts'
import { whenUnlocked } from '../process/folder-lock.ts'
import { fileNotes, tellFiles } from '../process/file-events.ts'
import type { JobContext } from '../process/protocol.ts'
import { planWork, rowsOf, type WorkPlan } from './plan-work.ts'

/** What to annotate, and how. */
export interface AnnotateConfig {
  project: string
  split: string
  /** The annotation's folder. */
  dir: string
  model: string
  manifest: Manifest
  preprocessing: Preprocessing
  /** Pixels a cell, down and across. */
  stride: [number, number]
  batch: number
  /** For models exported for one batch size only. */
  fixedBatch?: number
  engine: EngineOptions
  /** Decoding threads; default one per core. */
  workers?: number
  /** How long to wait for an earlier job to release the folder, ms; default 5000. */
  lockTimeout?: number
}

type LeftOut = Pick<SkippedImage, 'key' | 'reason'>

const leftOut = (images: readonly SkippedImage[]): LeftOut[] =>
  images.map(({ key, reason }) => ({ key, reason }))

/** The result. */
export interface AnnotateResult {
  /** Usable images of the split. */
  images: number
  /** Done by this job. */
  annotated: number
  /** Done before it. */
  before: number
  /** Label maps made again, because the image is another one now. */
  replaced: number
  /** Images that an earlier job left out and this one tried again. */
  triedAgain: number
  /** All that are left out, from this job and before. */
  skipped: LeftOut[]
  /** All records. */
  records: number
  bytes: number
  /** Of this job's work. */
  seconds: number
  busy: number
}

/** The threads that decode. */
export function annotatorPool(workers?: number): WorkerPool<AnnotatorTask, AnnotatorAnswer> {
  return createWorkerPool(new URL('../../../core/annotator/worker.ts', import.meta.url), {
    size: workers ?? Math.min(16, availableParallelism()),
  })
}

function requireUsableImages(images: readonly unknown[], split: string): void {
  if (images.length === 0) fail('bad-data', `the split "${split}" has no usable images`, { split })
}

/** The usable images of a split; fails with `bad-data` where there are none. */
export function imagesOf(project: string, split: string): ImageToAnnotate[] {
  const open = openProject(project, { readonly: true })
  try {
    const images = listImages(open, { split, usable: true })
    requireUsableImages(images, split)
    return images.map(({ key, file, width, height }) => ({ key, file, width, height }))
  } finally {
    open.close()
  }
}

export async function run(config: AnnotateConfig, context: JobContext): Promise<AnnotateResult> {
  const { dir, manifest, lockTimeout } = config
  const rows = rowsOf(config)
  const writer = await whenUnlocked(
    () => createLabelMapWriter(dir, { manifest, logits: manifest.logits }),
    lockTimeout,
  )
  try {
    const plan = await planWork(rows, writer, context.signal)
    tellFiles(context, [...plan.found.values()], [...plan.outdated])
    requireUsableImages(plan.images, config.split)
    const skipped = await openSkipped(dir, plan.keepSkipped)
    try {
      const result = await work(config, context, plan, writer, skipped)
      await writer.finish()
      context.progress({ phase: 'annotate', done: result.images, total: result.images })
      return { ...result, records: writer.count, bytes: writer.bytes }
    } finally {
      await skipped.close()
    }
  } finally {
    // After a failure or cancellation, everything inferred is kept, and the next job continues after it.
    await writer.close()
  }
}

async function work(
  config: AnnotateConfig,
  context: JobContext,
  { images, outdated, ...plan }: WorkPlan,
  writer: LabelMapWriter,
  skipped: SkippedList,
): Promise<Omit<AnnotateResult, 'records' | 'bytes'>> {
  const left = new Set(skipped.known.map(image => image.key))
  const isDone = ({ key, id }: ImageRow): boolean => left.has(key) || (writer.has(key) && !outdated.has(id))
  const done = new Set(images.filter(isDone).map(image => image.key))
  const result = {
    images: images.length,
    annotated: 0,
    before: done.size,
    replaced: 0,
    triedAgain: plan.triedAgain(),
    skipped: leftOut(skipped.known),
    seconds: 0,
    busy: 0,
  }
  if (done.size === images.length) return result

  const { session } = await openAnnotator(config.model, config.engine)
  const pool = annotatorPool(config.workers)
  const files = fileNotes(context)
  try {
    const report = await annotate({
      session,
      pool,
      batches: planBatches(images, config.preprocessing, config.stride, config.batch),
      ...(config.fixedBatch ? { fixedBatch: config.fixedBatch } : {}),
      preprocessing: config.preprocessing,
      topK: config.manifest.topK,
      classes: config.manifest.classes.length,
      sink: {
        async append({ key }, map, stamp, sha256) {
          const { id, width, height } = plan.byKey.get(key)!
          const replace = outdated.has(id)
          await writer.append(key, map, { imageHash: sha256, replace })
          if (replace) result.replaced++
          files.add({ id, stamp, sha256, width, height, problem: null })
        },
        skip: image => skipped.append(image),
      },
      isDone: key => done.has(key),
      total: images.length,
      signal: context.signal,
      onProgress(meter) {
        const [rate, remaining] = [meter.rate(), meter.left()]
        context.progress({
          phase: 'annotate',
          // What is told as done must survive a kill: records that wait for the disk do not count yet.
          done: meter.done() - writer.pending,
          total: images.length,
          rate,
          ...(remaining === undefined ? {} : { left: remaining }),
        })
      },
    })
    return { ...result, ...report, skipped: leftOut([...skipped.known, ...report.skipped]) }
  } finally {
    files.flush()
    await pool.close()
    await session.close()
  }
}
